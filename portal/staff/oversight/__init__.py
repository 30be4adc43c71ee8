"""Who works here, and what was done: members and the audit log."""
