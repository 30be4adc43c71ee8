"""The reporter's key, from the reporter's code: it opens replies and nothing else."""
