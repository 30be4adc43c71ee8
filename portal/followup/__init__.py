"""Coming back with the code: the thread, telling more, deletion."""
