"""How files of content are read: guidance, helplines, services."""
