"""A new language: its folder, and a catalogue in which every text is still to be translated."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages import Catalog

from portal.operations.catalogues.extract import REPORTER, ROOT
from portal.operations.catalogues.files import FOLDER, path_of, update, write

HEADER = """\
# {name} for Chung Tay.
# Register:
# Review state: drafted
# Not yet reviewed by a native speaker who works with children."""
"""How the catalogue of a new language begins; the translator says the register."""


def add(tag: str, *, folder: Path = FOLDER, source: Catalog | None = None) -> int:
    """Begin a language, with its plural rule and everything missing; gives the exit code."""
    known = re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", tag)
    language = tag.replace("-", "_")
    try:
        name = Locale.parse(language).get_language_name("en") if known else None
    except UnknownLocaleError:
        name = None
    if name is None:
        sys.stderr.write(f"{tag!r} is not the tag of a language, such as km or zh-Hans\n")
        return 2
    path = path_of(language, folder=folder)
    if path.exists():
        sys.stderr.write(f"{tag} is there already\n")
        return 2
    path.parent.mkdir(parents=True)
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    made.header_comment = HEADER.format(name=name)
    write(language, REPORTER, made, folder=folder)
    update(language, folder=folder, source=source)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    sys.stderr.write(f"Now translate {shown}: docs/translating.md\n")
    return 0
