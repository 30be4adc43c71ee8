"""What a report is and how it is judged: pure rules, the standard library only."""
