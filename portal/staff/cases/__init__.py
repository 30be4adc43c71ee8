"""The work on reports: the queue, a case, replies, deletion."""
