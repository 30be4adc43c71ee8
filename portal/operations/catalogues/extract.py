"""What is to be translated: read from the source, each text with the catalogue it belongs to.

A text belongs where its mark says (`reporter_text`, `desk_text`). Any other belongs where its
package says (`CATALOGUE` in the package's `__init__`); the templates of a site are in the folder
that has the package's name. A package that says nothing speaks to reporters. A text that both read
is a reporter's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir

from portal.domain.content import guidance
from portal.domain.questionnaire import questionnaire
from portal.domain.report import Audience

ROOT = Path(__file__).resolve().parents[3]

REPORTER, DESK = "messages", "desk"
"""The two catalogues of a language."""

METHODS = {"portal": [("**.py", "python")], "templates": [("**.html", "jinja2")]}
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}

Calls = dict[str, tuple[int, ...] | None]

CALLS: Calls = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
"""Calls whose text belongs to the catalogue of the package."""

MARKS: dict[str, Calls] = {REPORTER: {"reporter_text": None}, DESK: {"desk_text": None}}
"""Calls that say themselves to which catalogue their text belongs."""

ASKED = (Audience.CHILD, Audience.CARER, Audience.PROFESSIONAL)


@dataclass(frozen=True, slots=True)
class Text:
    """One text to translate, where it stands, and the catalogue that this place puts it into."""

    msgid: str | tuple[str, ...]
    place: str
    catalogue: str
    comments: tuple[str, ...] = ()
    context: str | None = None


@cache
def template(name: str = "") -> Catalog:
    """Give what is to be translated in that catalogue, or in both; read from the source once."""
    texts = tuple(_texts())
    for_reporters = {text.msgid for text in texts if text.catalogue == REPORTER}
    made = Catalog(project="Chung Tay", charset="utf-8")
    for text in texts:
        belongs = REPORTER if text.msgid in for_reporters else DESK
        if name in ("", belongs):
            made.add(
                text.msgid,
                None,
                [(text.place, 0)],
                auto_comments=text.comments,
                context=text.context,
            )
    return made


def msgid_of(message: Message) -> str:
    """Give the text by which a message is known; of a plural, its singular."""
    return texts_of(message.id)[0]


def texts_of(texts: str | Iterable[str] | None) -> list[str]:
    """Give a text, or every form of a plural, as a list."""
    return [texts] if isinstance(texts, str) else list(texts or [])


def _texts() -> Iterator[Text]:
    for top in METHODS:
        yield from _found(top, CALLS)
        for catalogue, marks in MARKS.items():
            yield from _found(top, marks, catalogue)
    yield from _content()


def _found(top: str, calls: Calls, catalogue: str = "") -> Iterator[Text]:
    """Give the texts of these calls; without `catalogue`, each belongs where its package says."""
    found = extract_from_dir(ROOT / top, METHODS[top], OPTIONS, calls, strip_comment_tags=True)
    for file, _, msgid, comments, context in found:
        belongs = catalogue or catalogue_of(file.split("/")[0])
        yield Text(msgid, f"{top}/{file}", belongs, tuple(comments), context)


@cache
def catalogue_of(package: str) -> str:
    """Read from a package's `__init__` to which catalogue its texts belong."""
    face = ROOT / "portal" / package / "__init__.py"
    if not face.is_file():
        return REPORTER
    said = {
        ast.unparse(node.targets[0]): ast.unparse(node.value)
        for node in ast.parse(face.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
    }
    return {"REPORTER": REPORTER, "DESK": DESK}[said.get("CATALOGUE", "REPORTER")]


def _content() -> Iterator[Text]:
    """Give the texts of the files that the product reads: questionnaires and guidance."""
    asked_in = f"portal/{questionnaire.FOLDER}"
    for audience in ASKED:
        asked = questionnaire.load_builtin(audience)
        for msgid in asked.msgids():
            yield Text(msgid, f"{asked_in}/{audience}.toml", REPORTER)
        for question in asked.questions:
            yield Text(question.label, f"{asked_in}/{audience}.toml", DESK)
    for msgid in questionnaire.texts_of_earlier():
        yield Text(msgid, f"{asked_in}/{questionnaire.EARLIER}", REPORTER)
    for name, msgid in guidance.load_guidance().msgids():
        yield Text(msgid, f"portal/{guidance.FOLDER}/{name}", REPORTER)
