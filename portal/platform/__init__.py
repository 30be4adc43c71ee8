"""The API for platforms: mounted on the reporter's site, write-only."""
