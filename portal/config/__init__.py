"""What each process is given, and where it comes from."""
