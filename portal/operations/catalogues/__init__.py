"""Catalogues: extract what is to be translated, keep them in step, and refuse a bad one.

A language has one folder with up to two catalogues: `messages.po`, all that a reporter can meet,
and `desk.po`, the words of the desk alone. A language may be for reporters only.
"""

from portal.operations.catalogues.check import SAME, Fault, compare, faults
from portal.operations.catalogues.command import run
from portal.operations.catalogues.extract import (
    DESK,
    REPORTER,
    ROOT,
    catalogue_of,
    msgid_of,
    template,
    texts_of,
)
from portal.operations.catalogues.files import (
    catalogues,
    compile_one,
    languages,
    path_of,
    read,
    update,
)
from portal.operations.catalogues.new_language import add

__all__ = [
    "DESK",
    "REPORTER",
    "ROOT",
    "SAME",
    "Fault",
    "add",
    "catalogue_of",
    "catalogues",
    "compare",
    "compile_one",
    "faults",
    "languages",
    "msgid_of",
    "path_of",
    "read",
    "run",
    "template",
    "texts_of",
    "update",
]
