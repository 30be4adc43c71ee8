"""Reads a questionnaire file, and refuses a wrong one with the line and the reason.

id = "child"                 version = 1                audience = "child"
[[pages]]                    id, title, intro = [...], show_when = {...}
[[pages.questions]]          id, type, compartment, text, label, why, hint, required,
                             max_length, weight, show_when = { question, any_of = [...] },
                             skip_when = { question, any_of = [...] } of an earlier page
options = [ { id, text, hint, factor, category, exclusive, unknown, danger }, ... ]
places = [ "facebook", ... ] for `selectors`: ids of `selector.PLACES`
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from portal.domain.errors import QuestionnaireError
from portal.domain.factors import CATEGORIES, FACTORS, RAISED_BY_SERVER, Priority
from portal.domain.questionnaire.question import Condition, Option, Page, Question
from portal.domain.report import Audience, Compartment, QuestionType
from portal.domain.selector import PLACES
from portal.domain.toml_lines import DataFile, Node

_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_PAGE_KEYS = ("id", "title", "intro", "questions", "show_when")
_OPTION_KEYS = ("id", "text", "hint", "factor", "category", "exclusive", "unknown", "danger")
_QUESTION_KEYS = (
    *("id", "type", "compartment", "text", "label", "why", "hint", "required"),
    *("max_length", "weight", "show_when", "skip_when", "options", "places"),
)
_COMPARTMENT_OF = {
    QuestionType.SELECTORS: Compartment.INDICATORS,
    QuestionType.SAFE_CONTACT: Compartment.IDENTITY,
    QuestionType.COUNTRY: Compartment.TRIAGE,
    QuestionType.AGE_BAND: Compartment.TRIAGE,
}
_MAX_LENGTH = {QuestionType.LONG_TEXT: 8000, QuestionType.SAFE_CONTACT: 500}
_CHOOSING = (QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.AGE_BAND)
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a questionnaire file says."""

    id: str
    version: int
    audience: Audience
    pages: tuple[Page, ...]


def read_definition(source: bytes, *, name: str) -> Definition:
    """Read the file; raises `QuestionnaireError` and nothing else."""
    root = DataFile(source, name=name, error=QuestionnaireError).root
    root.only("id", "version", "audience", "pages")
    reader = _Reader()
    pages = tuple(reader.page(node) for node in root.tables("pages"))
    if not pages:
        root.fail("a questionnaire has at least one page")
    return Definition(
        id=_id(root),
        version=root.number("version"),
        audience=_one_of(root, "audience", Audience),
        pages=pages,
    )


class _Reader:
    """Holds what was read so far: ids are unique, and a condition only looks back."""

    def __init__(self) -> None:
        self._pages: set[str] = set()
        self._questions: dict[str, Question] = {}
        self._earlier: frozenset[str] = frozenset()
        """The questions of the pages before this one."""

    def page(self, node: Node) -> Page:
        node.only(*_PAGE_KEYS)
        page_id = _id(node)
        if page_id in self._pages:
            node.fail(f"page {page_id!r} stands twice", "id")
        self._pages.add(page_id)
        self._earlier = frozenset(self._questions)
        page = Page(
            id=page_id,
            title=node.text("title"),
            intro=node.texts("intro"),
            show_when=self._condition(node, "show_when"),
            questions=tuple(self._question(child) for child in node.tables("questions")),
        )
        if not page.questions:
            node.fail("a page has at least one question")
        return page

    def _question(self, node: Node) -> Question:
        node.only(*_QUESTION_KEYS)
        question_id, type_ = _id(node), _one_of(node, "type", QuestionType)
        if question_id in self._questions:
            node.fail(f"question {question_id!r} stands twice", "id")
        question = Question(
            id=question_id,
            type=type_,
            compartment=_compartment(node, type_),
            text=node.text("text"),
            label=node.text("label"),
            why=node.text("why"),
            hint=node.text("hint", ""),
            required=node.flag("required"),
            max_length=_max_length(node, type_),
            weight=node.number("weight", 0),
            show_when=self._condition(node, "show_when"),
            skip_when=self._skip(node),
            options=_options(node, type_),
        )
        self._questions[question_id] = question
        return question

    def _skip(self, node: Node) -> Condition | None:
        """Read what makes a question needless; known before its page opens, so without scripts."""
        found = self._condition(node, "skip_when")
        if found and "show_when" in node:
            node.fail("a question has show_when or skip_when, not both", "skip_when")
        if found and found.question not in self._earlier:
            node.fail("skip_when must name a question of an earlier page", "skip_when")
        return found

    def _condition(self, node: Node, key: str) -> Condition | None:
        if key not in node:
            return None
        when = node.table(key)
        when.only("question", "any_of")
        question = self._questions.get(when.text("question"))
        if question is None:
            when.fail(f"{key} must name a question that was asked before", "question")
        any_of = when.texts("any_of")
        if not any_of:
            when.fail("any_of must name at least one option", "any_of")
        for option_id in any_of:
            option = question.option(option_id)
            if option is None or question.type is QuestionType.SELECTORS:
                when.fail(f"{question.id!r} has no option {option_id!r}", "any_of")
            if option.exclusive:
                when.fail(f"{option_id!r} goes when another is ticked: it can't show", "any_of")
        return Condition(question.id, frozenset(any_of))


def _options(node: Node, type_: QuestionType) -> tuple[Option, ...]:
    if type_ is QuestionType.SELECTORS:
        return _places(node)
    if "places" in node:
        node.fail("places are for selectors", "places")
    if type_ not in _CHOOSING:
        if "options" in node:
            node.fail(f"a question of type {type_} has no options", "options")
        return ()
    options: dict[str, Option] = {}
    for child in node.tables("options"):
        option = _option(child)
        if option.id in options:
            child.fail(f"option {option.id!r} stands twice", "id")
        if option.exclusive and type_ is not QuestionType.CHOICES:
            child.fail("exclusive is for choices: here every option is", "exclusive")
        options[option.id] = option
    if len(options) < 2:
        node.fail("a choice has at least two options", "options")
    return tuple(options.values())


def _places(node: Node) -> tuple[Option, ...]:
    if "options" in node:
        node.fail("selectors have places, not options", "options")
    places = node.texts("places")
    for place in places:
        if place not in PLACES:
            node.fail(f"unknown place {place!r}", "places")
    if len(set(places)) != len(places) or not places:
        node.fail("places must name some, each once", "places")
    return tuple(Option(place, PLACES[place].label) for place in places)


def _option(node: Node) -> Option:
    node.only(*_OPTION_KEYS)
    option = Option(
        id=_id(node),
        text=node.text("text"),
        hint=node.text("hint", ""),
        factor=_named(node, "factor", FACTORS.keys() - RAISED_BY_SERVER),
        category=_named(node, "category", CATEGORIES.keys()),
        exclusive=node.flag("exclusive"),
        unknown=node.flag("unknown"),
        danger=node.flag("danger"),
    )
    priority = FACTORS[option.factor] if option.factor else None
    if priority is Priority.P0 and not option.danger:
        node.fail("danger goes with every P0 factor", "danger")
    if option.danger and (priority is None or priority.lowers):
        node.fail("danger goes with a factor that doesn't lower", "danger")
    if option.unknown and (option.category or (priority and priority.lowers)):
        node.fail("not knowing may never lower a priority or name a category", "unknown")
    return option


def _compartment(node: Node, type_: QuestionType) -> Compartment:
    compartment = _one_of(node, "compartment", Compartment)
    due = _COMPARTMENT_OF.get(type_, compartment)
    if compartment is not due:
        node.fail(f"a question of type {type_} belongs to {due}", "compartment")
    return compartment


def _max_length(node: Node, type_: QuestionType) -> int:
    length = node.number("max_length", _MAX_LENGTH.get(type_, 200))
    if not 1 <= length <= 20_000:
        node.fail("max_length must be from 1 to 20000 characters", "max_length")
    return length


def _id(node: Node) -> str:
    value = node.text("id")
    if not _ID.fullmatch(value):
        node.fail("id must be a-z, 0-9 and _, at most 40 characters", "id")
    return value


def _named(node: Node, key: str, known: Set[str]) -> str | None:
    if key not in node:
        return None
    value = node.text(key)
    if value not in known:
        node.fail(f"unknown {key} {value!r}", key)
    return value


def _one_of(node: Node, key: str, kind: type[_E]) -> _E:
    value = node.text(key)
    if value not in {item.value for item in kind}:
        node.fail(f"unknown {key} {value!r}", key)
    return kind(value)
