"""Guidance: what to do, page by page, as data that is translated like all else.

advice.toml, for a child:
    reported = ["…"]                   what happens if you report, the same on every page
    [[pages]]
    id = "threat"                      a-z and _
    number = 3                         stands in the address, which must not tell
    title = "…"
    lead = ["…"]
    now, today, week = ["…"]           the next ten minutes, today, this week; none is empty
    fits = ["happening:threat_share"]  answers (question:option) for which the page is chosen
    danger = true                      absent = false; the emergency steps stand on top
    urgent = true                      absent = false; something in it can't wait for another day
    services = true                    absent = false; services that take pictures down are listed

circle.toml, for the people around a child, one printed page each:
    [[pages]]
    id, number, title                  as above
    lead = "…"
    [[pages.sections]]
    title = "…"
    kind = "steps"                     "steps" are numbered, "dont" are warnings; absent = "do"
    items = ["…"]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeVar

from portal.domain.errors import GuidanceError
from portal.domain.questionnaire.answered import Answered
from portal.domain.toml_lines import DataFile, Node

FOLDER = "content/guidance"
"""Where this release's guidance is, in the package."""

KINDS = ("do", "dont", "steps")

_ID = re.compile(r"[a-z][a-z_]{0,29}")
_FIT = re.compile(r"([a-z][a-z0-9_]*):([a-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do in one situation. `fits` holds (question, option)."""

    id: str
    number: int
    title: str
    lead: tuple[str, ...]
    now: tuple[str, ...]
    today: tuple[str, ...]
    week: tuple[str, ...]
    fits: frozenset[tuple[str, str]]
    danger: bool = False
    urgent: bool = False
    services: bool = False

    @property
    def rank(self) -> int:
        """Where it stands among others: danger, then what can't wait, then the rest."""
        return 0 if self.danger else 1 if self.urgent else 2


@dataclass(frozen=True, slots=True)
class Section:
    """Some lines of guidance under one heading."""

    title: str
    kind: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Guidance for one group of people, on one printed page."""

    id: str
    number: int
    title: str
    lead: str
    sections: tuple[Section, ...]


_Page = TypeVar("_Page", Advice, Sheet)


@dataclass(frozen=True, slots=True)
class Guidance:
    """All advice and all sheets, by the number in their address."""

    advice: Mapping[int, Advice]
    reported: tuple[str, ...]
    sheets: Mapping[int, Sheet]

    def choose(self, answered: Answered, *, most: int = 4) -> list[Advice]:
        """Give the pages that fit what was answered, the most urgent first, at most `most`.

        Who is frightened takes in little, so the list is short; but a page of danger, or one that
        can't wait, is never left out for it.
        """
        fitting = sorted(
            (page for page in self.advice.values() if page.fits & answered.told),
            key=lambda page: page.rank,
        )
        needed = sum(page.danger or page.urgent for page in fitting)
        return fitting[: max(most, needed)]

    def msgids(self) -> Iterator[tuple[str, str]]:
        """Give every text with the name of the file that it stands in."""
        for text in self.reported:
            yield "advice.toml", text
        for page in self.advice.values():
            for text in (page.title, *page.lead, *page.now, *page.today, *page.week):
                yield "advice.toml", text
        for sheet in self.sheets.values():
            yield "circle.toml", sheet.title
            yield "circle.toml", sheet.lead
            for section in sheet.sections:
                for text in (section.title, *section.items):
                    yield "circle.toml", text


@cache
def load_guidance() -> Guidance:
    """Load the guidance of this release."""
    folder = resources.files("portal").joinpath(FOLDER)
    return read_guidance(
        folder.joinpath("advice.toml").read_bytes(), folder.joinpath("circle.toml").read_bytes()
    )


def read_guidance(advice: bytes, circle: bytes) -> Guidance:
    """Read both files; raises `GuidanceError(name, line, reason)` for anything not right."""
    root = DataFile(advice, name="advice.toml", error=GuidanceError).root
    root.only("reported", "pages")
    pages = [_advice(node) for node in root.tables("pages")]
    others = DataFile(circle, name="circle.toml", error=GuidanceError).root
    others.only("pages")
    sheets = [_sheet(node) for node in others.tables("pages")]
    return Guidance(
        advice=_by_number(root, pages),
        reported=_some(root, "reported"),
        sheets=_by_number(others, sheets),
    )


def _advice(node: Node) -> Advice:
    node.only(
        "id", "number", "title", "lead", "now", "today", "week", "fits", "danger", "urgent",
        "services",
    )  # fmt: skip
    fits = [_FIT.fullmatch(fit) for fit in node.texts("fits")]
    if not all(fits):
        node.fail('fits are written "question:option"', "fits")
    return Advice(
        id=_id(node),
        number=node.number("number"),
        title=node.text("title"),
        lead=_some(node, "lead"),
        now=_some(node, "now"),
        today=_some(node, "today"),
        week=_some(node, "week"),
        fits=frozenset((fit[1], fit[2]) for fit in fits if fit),
        danger=node.flag("danger"),
        urgent=node.flag("urgent"),
        services=node.flag("services"),
    )


def _sheet(node: Node) -> Sheet:
    node.only("id", "number", "title", "lead", "sections")
    sections = tuple(_section(child) for child in node.tables("sections"))
    if not sections:
        node.fail("a page has at least one section")
    return Sheet(
        id=_id(node),
        number=node.number("number"),
        title=node.text("title"),
        lead=node.text("lead"),
        sections=sections,
    )


def _section(node: Node) -> Section:
    node.only("title", "kind", "items")
    kind = node.one_of("kind", KINDS, "do")
    return Section(title=node.text("title"), kind=kind, items=_some(node, "items"))


def _id(node: Node) -> str:
    found = node.text("id")
    if not _ID.fullmatch(found):
        node.fail("an id has a-z and _", "id")
    return found


def _some(node: Node, key: str) -> tuple[str, ...]:
    found = node.texts(key)
    if not found:
        node.fail(f"{key} has at least one text", key if key in node else None)
    return found


def _by_number(root: Node, pages: Sequence[_Page]) -> dict[int, _Page]:
    if not pages:
        root.fail("there is at least one page")
    for what in ("number", "id"):
        if len({getattr(page, what) for page in pages}) != len(pages):
            root.fail(f"a page's {what} stands twice")
    return {page.number: page for page in pages}
