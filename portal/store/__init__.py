"""What is stored: sealed reports in one database, shred keys in another."""
