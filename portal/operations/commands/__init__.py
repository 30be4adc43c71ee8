"""The verbs of the command line, one file for each family: what they take, and what they do."""
