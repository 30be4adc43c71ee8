"""Marks for texts in tables, in packages that must not import gettext.

Each mark returns its text unchanged; the code that shows it translates it. The mark says who
reads the text, and so which of a language's two catalogues it is put into.
"""

from __future__ import annotations


def reporter_text(text: str) -> str:
    """Mark a text that reporters read: every language has to translate it."""
    return text


def desk_text(text: str) -> str:
    """Mark a text that only the desk reads: the languages of the desk have to translate it."""
    return text
