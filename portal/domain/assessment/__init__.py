"""How a report is judged, and whose it is."""
