"""The files of a language: readable catalogues, and the compiled ones beside them."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.operations.catalogues.extract import REPORTER, ROOT, template

FOLDER = ROOT / "portal" / "translations"

_NOISE = re.compile(
    rb'"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To'
    rb'|Generated-By|Project-Id-Version):[^"]*"\n'
)


def path_of(language: str, name: str = REPORTER, *, folder: Path = FOLDER) -> Path:
    """Give the readable file of a catalogue."""
    return folder / language / "LC_MESSAGES" / f"{name}.po"


def compiled_path_of(language: str, name: str = REPORTER, *, folder: Path = FOLDER) -> Path:
    """Give the compiled file of a catalogue, which the sites read."""
    return path_of(language, name, folder=folder).with_suffix(".mo")


def catalogues(folder: Path = FOLDER) -> list[tuple[str, str]]:
    """Every catalogue there is, as (language, name)."""
    found = folder.glob("*/LC_MESSAGES/*.po")
    return sorted((path.parents[1].name, path.stem) for path in found)


def languages(folder: Path = FOLDER) -> list[str]:
    """Every language that has a folder."""
    return [language for language, name in catalogues(folder) if name == REPORTER]


def read(language: str, name: str = REPORTER, *, folder: Path = FOLDER) -> Catalog:
    """Read a language's catalogue."""
    source = path_of(language, name, folder=folder).read_bytes()
    return read_po(BytesIO(source), locale=language)


def write(language: str, name: str, catalogue: Catalog, *, folder: Path = FOLDER) -> None:
    """Write a language's catalogue, sorted, so that a change shows what changed."""
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, width=100)
    # Names, addresses and dates of whoever ran the tool say nothing about the words.
    path_of(language, name, folder=folder).write_bytes(_NOISE.sub(b"", out.getvalue()))


def update(
    language: str,
    name: str = REPORTER,
    *,
    folder: Path = FOLDER,
    source: Catalog | None = None,
) -> None:
    """Bring a catalogue in step with the source: nothing is guessed, so nothing is fuzzy."""
    catalogue = read(language, name, folder=folder)
    wanted = template(name) if source is None else source
    catalogue.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    write(language, name, catalogue, folder=folder)


def compile_one(language: str, name: str = REPORTER, *, folder: Path = FOLDER) -> None:
    """Write the compiled catalogue beside the readable one."""
    with compiled_path_of(language, name, folder=folder).open("wb") as out:
        write_mo(out, read(language, name, folder=folder))
