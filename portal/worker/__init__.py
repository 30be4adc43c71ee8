"""The worker: finds what is due, does it, and marks it done in one transaction."""
