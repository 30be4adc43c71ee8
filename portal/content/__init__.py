"""Data only: what is asked, what to do, and whom to call."""
