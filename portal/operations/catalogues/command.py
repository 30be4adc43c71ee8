"""The command `catalogues`: extract, update, compile, check, add."""

from __future__ import annotations

import sys

from babel.messages.pofile import write_po

from portal.operations.catalogues.check import faults
from portal.operations.catalogues.extract import template
from portal.operations.catalogues.files import catalogues, compile_one, languages, update
from portal.operations.catalogues.new_language import add


def run(what: str, tag: str = "") -> int:
    """Do one of extract, update, compile, check, add; gives the exit code.

    `tag` names the one language that is meant; `add` needs it, the others mean every language.
    """
    if what == "extract":
        write_po(sys.stdout.buffer, template(), sort_output=True, width=100)
        return 0
    if what == "add":
        return add(tag)
    if tag and tag.replace("-", "_") not in languages():
        there = ", ".join(languages())
        sys.stderr.write(f"chung-tay: no catalogue of {tag!r}; there are: {there}\n")
        return 2
    chosen = [(one, name) for one, name in catalogues() if tag.replace("-", "_") in ("", one)]
    if what == "check":
        found = [fault for language, name in chosen for fault in faults(language, name)]
        sys.stderr.write("".join(f"{fault}\n" for fault in found))
        return 1 if found else 0
    for language, name in chosen:
        update(language, name) if what == "update" else compile_one(language, name)
    return 0
