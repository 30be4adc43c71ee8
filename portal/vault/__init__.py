"""Private keys: what members hold, and what opens a report. No public process imports this."""
