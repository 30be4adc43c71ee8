"""How things are called and written at the desk."""
