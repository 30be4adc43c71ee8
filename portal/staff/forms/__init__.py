"""The forms of the desk: each acts once, belongs to one member, and loses no text."""
