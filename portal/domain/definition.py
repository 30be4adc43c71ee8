"""Read a questionnaire file, and refuse a wrong one with the line and the reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from portal.domain.errors import QuestionnaireError
from portal.domain.priority import CATEGORIES, FACTORS
from portal.domain.questionnaire import (
    Condition,
    Option,
    Page,
    Question,
    Questionnaire,
    QuestionType,
)
from portal.domain.report import Audience, Compartment

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_LENGTH = 20_000
_LENGTHS = {
    QuestionType.TEXT: 200,
    QuestionType.LONG_TEXT: 10_000,
    QuestionType.SELECTORS: 200,
    QuestionType.SAFE_CONTACT: 500,
}
_WITH_OPTIONS = {QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.AGE_BAND}


def load(source: bytes, *, name: str) -> Questionnaire:
    """Read one definition; raises `QuestionnaireError` (file, line, reason) for anything wrong."""
    return _Reader(source, name).questionnaire()


@cache
def load_builtin(audience: Audience) -> Questionnaire:
    """Read the definition that ships with the portal for this audience."""
    file = resources.files("portal.questionnaires").joinpath(f"{audience}.toml")
    return load(file.read_bytes(), name=f"{audience}.toml")


class _Reader:
    """One pass over one file; knows at which line each id stands."""

    def __init__(self, source: bytes, name: str) -> None:
        self.source, self.name = source, name
        self.lines: list[str] = []
        self.questions: dict[str, Question] = {}
        self.pages: set[str] = set()

    def fail(self, reason: str, *marks: str) -> QuestionnaireError:
        """Make the error, at the line where the last of `marks` stands after the earlier ones."""
        line = 0
        for mark in marks:
            found = next(
                (n for n, text in enumerate(self.lines[line:], line) if mark in text), None
            )
            line = line if found is None else found
        return QuestionnaireError(self.name, line + 1, reason)

    def questionnaire(self) -> Questionnaire:
        table = self._parse()
        self._only(table, {"id", "version", "audience", "pages"}, "the file")
        audience = _member(Audience, table.get("audience"))
        if audience is None:
            raise self.fail("audience must be one of: " + _names(Audience), "audience")
        version = table.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise self.fail("version must be a whole number from 1", "version")
        pages = tuple(self._page(page) for page in self._tables(table, "pages"))
        if not pages:
            raise self.fail("there must be at least one page")
        return Questionnaire(
            id=self._id(table), version=version, audience=audience, pages=pages, source=self.source
        )

    def _parse(self) -> dict[str, object]:
        try:
            text = self.source.decode("utf-8")
            self.lines = text.splitlines()
            return tomllib.loads(text)
        except UnicodeDecodeError as error:
            line = self.source[: error.start].count(b"\n") + 1
            raise QuestionnaireError(self.name, line, "not UTF-8") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            found = re.search(r"line (\d+)", str(error))
            line = int(found[1]) if found else max(1, len(self.lines))
            raise QuestionnaireError(self.name, line, "not valid TOML") from None

    def _page(self, table: Mapping[str, object]) -> Page:
        page_id = self._id(table)
        mark = f'"{page_id}"'
        self._only(
            table, {"id", "title", "intro", "questions", "show_when"}, f"page {page_id}", mark
        )
        if page_id in self.pages:
            raise self.fail(f"page {page_id} stands twice", mark, mark)
        self.pages.add(page_id)
        intro = table.get("intro", [])
        if not isinstance(intro, list) or not all(isinstance(x, str) and x for x in intro):
            raise self.fail(f"page {page_id}: intro must be a list of texts", mark)
        condition = self._condition(table, f"page {page_id}", mark)
        questions = tuple(self._question(q, mark) for q in self._tables(table, "questions", mark))
        if not questions:
            raise self.fail(f"page {page_id} has no question", mark)
        title = self._text(table, "title", f"page {page_id}", mark)
        return Page(page_id, title, tuple(intro), questions, condition)

    def _question(self, table: Mapping[str, object], page: str) -> Question:
        question_id = self._id(table, page)
        mark, what = f'"{question_id}"', f"question {question_id}"
        self._only(table, _QUESTION_KEYS, what, page, mark)
        if question_id in self.questions:
            raise self.fail(f"{what} stands twice", page, mark)
        kind = _member(QuestionType, table.get("type"))
        if kind is None:
            raise self.fail(f"{what}: type must be one of: " + _names(QuestionType), page, mark)
        compartment = _member(Compartment, table.get("compartment"))
        if compartment is None:
            allowed = _names(Compartment)
            raise self.fail(f"{what}: compartment must be one of: {allowed}", page, mark)
        question = Question(
            id=question_id,
            type=kind,
            text=self._text(table, "text", what, page, mark),
            label=self._text(table, "label", what, page, mark),
            compartment=compartment,
            hint=self._text(table, "hint", what, page, mark, default=""),
            why=self._text(table, "why", what, page, mark, default=""),
            required=self._flag(table, "required", what, page, mark),
            options=self._options(table, kind, what, page, mark),
            show_when=self._condition(table, what, page, mark),
            max_length=self._max_length(table, kind, what, page, mark),
        )
        self.questions[question_id] = question
        return question

    def _options(
        self, table: Mapping[str, object], kind: QuestionType, what: str, *marks: str
    ) -> tuple[Option, ...]:
        options = tuple(
            self._option(o, what, *marks) for o in self._tables(table, "options", *marks)
        )
        if (kind in _WITH_OPTIONS) != bool(options):
            needs = "needs options" if kind in _WITH_OPTIONS else "takes no options"
            raise self.fail(f"{what}: type {kind} {needs}", *marks)
        seen: set[str] = set()
        for option in options:
            if option.id in seen:
                raise self.fail(
                    f"{what}: option {option.id} stands twice", *marks, f'"{option.id}"'
                )
            seen.add(option.id)
        return options

    def _option(self, table: Mapping[str, object], what: str, *marks: str) -> Option:
        option_id = self._id(table, *marks)
        place = (*marks, f'"{option_id}"')
        what = f"{what}, option {option_id}"
        self._only(table, _OPTION_KEYS, what, *place)
        factor = self._text(table, "factor", what, *place, default="") or None
        if factor and factor not in FACTORS:
            raise self.fail(f"{what}: unknown factor {factor}", *place)
        category = self._text(table, "category", what, *place, default="") or None
        if category and category not in CATEGORIES:
            raise self.fail(f"{what}: unknown category {category}", *place)
        return Option(
            id=option_id,
            text=self._text(table, "text", what, *place),
            hint=self._text(table, "hint", what, *place, default=""),
            factor=factor,
            category=category,
            exclusive=self._flag(table, "exclusive", what, *place),
            danger=self._flag(table, "danger", what, *place),
        )

    def _condition(self, table: Mapping[str, object], what: str, *marks: str) -> Condition | None:
        raw = table.get("show_when")
        if raw is None:
            return None
        if not isinstance(raw, dict) or set(raw) != {"question", "any_of"}:
            raise self.fail(f"{what}: show_when takes question and any_of", *marks, "show_when")
        question = self.questions.get(str(raw["question"]))
        if question is None:
            reason = f"{what}: show_when names a question that was not asked before"
            raise self.fail(reason, *marks, "show_when")
        any_of = raw["any_of"]
        if not isinstance(any_of, list) or not any_of:
            raise self.fail(f"{what}: any_of must be a list of options", *marks, "show_when")
        for option in any_of:
            if not isinstance(option, str) or question.option(option) is None:
                reason = f"{what}: show_when names an unknown option of {question.id}"
                raise self.fail(reason, *marks, "show_when")
        return Condition(question.id, frozenset(any_of))

    def _id(self, table: Mapping[str, object], *marks: str) -> str:
        value = table.get("id")
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise self.fail("an id must be lower-case letters, digits and _, 40 at most", *marks)
        return value

    def _text(
        self,
        table: Mapping[str, object],
        key: str,
        what: str,
        *marks: str,
        default: str | None = None,
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(f"{what}: {key} must be a text", *marks)
        return value

    def _flag(self, table: Mapping[str, object], key: str, what: str, *marks: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(f"{what}: {key} must be true or false", *marks, key)
        return value

    def _max_length(
        self, table: Mapping[str, object], kind: QuestionType, what: str, *marks: str
    ) -> int:
        value = table.get("max_length", _LENGTHS.get(kind, 200))
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_LENGTH:
            raise self.fail(f"{what}: max_length must be from 1 to {_MAX_LENGTH}", *marks)
        return value

    def _tables(
        self, table: Mapping[str, object], key: str, *marks: str
    ) -> Iterable[Mapping[str, object]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(x, dict) for x in value):
            raise self.fail(f"{key} must be a list of tables", *marks, key)
        return value

    def _only(self, table: Mapping[str, object], known: set[str], what: str, *marks: str) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            raise self.fail(f"{what}: unknown key {unknown[0]}", *marks, unknown[0])


_QUESTION_KEYS = {
    "id", "type", "text", "label", "hint", "why", "compartment", "required", "options",
    "show_when", "max_length",
}  # fmt: skip
_OPTION_KEYS = {"id", "text", "hint", "factor", "category", "exclusive", "danger"}


def _member(kind: type, value: object):  # type: ignore[no-untyped-def]
    try:
        return kind(value)
    except ValueError:
        return None


def _names(kind: Iterable[object]) -> str:
    return ", ".join(str(member) for member in kind)
