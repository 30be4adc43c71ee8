"""Catalogues: extract what is to be translated, keep them in step, and refuse a bad one.

A language has one folder with up to two catalogues: `messages.po`, all that a reporter can meet,
and `desk.po`, the words of the desk alone. A language may be for reporters only.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from portal.domain.content.guidance import load_guidance
from portal.domain.questionnaire.questionnaire import load_builtin, texts_of_earlier
from portal.domain.report import Audience

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "portal" / "translations"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = {"portal": [("**.py", "python")], "templates": [("**.html", "jinja2")]}

REPORTER, DESK = "messages", "desk"
"""The two catalogues of a language."""

DESK_ONLY = ("portal/staff/", "templates/staff/", "portal/triage/", "portal/domain/")
"""Where words stand that no reporter meets; a text that stands elsewhere too is a reporter's."""

SAID_TO_REPORTERS = ("portal/staff/text/reply_templates.py", "portal/domain/selector.py")
"""What the desk says to reporters, and the names of places, which both sides read."""

ASKED = (Audience.CHILD, Audience.CARER, Audience.PROFESSIONAL)

TABLES = {
    "portal/domain/case.py": ("STATUSES", "CLOSE_REASONS"),
    "portal/domain/assessment/factors.py": ("CATEGORIES", "REASONS"),
    "portal/domain/selector.py": ("PLACES",),
    "portal/triage/answers.py": ("_LABELS",),
    "portal/triage/deletion.py": ("KEEPING_REASONS",),
    "portal/triage/reasons.py": ("_WORK", "_IDENTITY", "_RESUME", "MOVE_REASONS"),
}
"""Tables whose texts are shown, of rooms that know no gettext."""

HEADER = """\
# {name} for Chung Tay.
# Register:
# Review state: drafted
# Not yet reviewed by a native speaker who works with children."""
"""How the catalogue of a new language begins; the translator says the register."""

REGISTER = re.compile(r"^# Register: *\S", re.MULTILINE)
"""The line of the header comment that says how the language speaks to a child."""

REVIEW = re.compile(r"^# Review state: (drafted|reviewed)\b", re.MULTILINE)
"""The line of the header comment that says whether a native speaker has reviewed it."""

SAME = frozenset(
    {"Chung Tay", "Facebook", "Messenger", "Instagram", "Zalo", "TikTok", "Telegram", "WhatsApp",
     "Snapchat", "Discord", "Roblox", "YouTube", "X", "X (Twitter)", "WeChat", "LINE", "Line",
     "Viber", "Signal", "MoMo", "ZaloPay", "GCash", "PayPal", "Cash App", "E-mail", "Email"}
)  # fmt: skip
"""Names that are the same in every language."""

_NOISE = re.compile(
    rb'"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To'
    rb'|Generated-By|Project-Id-Version):[^"]*"\n'
)

_HOLE = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|</?[a-z]+[^>]*>")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a catalogue."""

    language: str
    kind: str
    msgid: str

    def __str__(self) -> str:
        """One line for the operator."""
        return f"{self.language}: {self.kind}: {self.msgid[:90]!r}"


def run(what: str, tag: str = "") -> int:
    """Do one of extract, update, compile, check, add; gives the exit code.

    `tag` names the one language that is meant; `add` needs it, the others mean every language.
    """
    if what == "extract":
        write_po(sys.stdout.buffer, template(), sort_output=True, width=100)
        return 0
    if what == "add":
        return _add(tag)
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


def catalogues() -> list[tuple[str, str]]:
    """Every catalogue there is, as (language, name)."""
    found = FOLDER.glob("*/LC_MESSAGES/*.po")
    return sorted((path.parents[1].name, path.stem) for path in found)


def languages() -> list[str]:
    """Every language that has a folder."""
    return [language for language, name in catalogues() if name == REPORTER]


@cache
def template(name: str = "") -> Catalog:
    """Give what is to be translated in that catalogue, or in both; read from the source once."""
    everything = _everything()
    if not name:
        return everything
    catalogue = Catalog(project="Chung Tay", charset="utf-8")
    for message in everything:
        if message.id and (_is_for_the_desk(message) == (name == DESK)):
            catalogue[message.id] = message
    return catalogue


def _is_for_the_desk(message: Message) -> bool:
    places = [place for place, _ in message.locations]
    return all(p.startswith(DESK_ONLY) and p not in SAID_TO_REPORTERS for p in places)


def _add(tag: str) -> int:
    """Begin a language: its folder, and a catalogue with its plural rule and everything missing."""
    known = re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", tag)
    language = tag.replace("-", "_")
    try:
        name = Locale.parse(language).get_language_name("en") if known else None
    except UnknownLocaleError:
        name = None
    if name is None:
        sys.stderr.write(f"{tag!r} is not the tag of a language, such as km or zh-Hans\n")
        return 2
    if path_of(language).exists():
        sys.stderr.write(f"{tag} is there already\n")
        return 2
    path_of(language).parent.mkdir(parents=True)
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    made.header_comment = HEADER.format(name=name)
    _write(language, REPORTER, made)
    update(language)
    sys.stderr.write(f"Now translate {path_of(language).relative_to(ROOT)}: docs/translating.md\n")
    return 0


@cache
def _everything() -> Catalog:
    catalogue = Catalog(project="Chung Tay", charset="utf-8")
    options = {"**.html": {"trimmed": "true", "silent": "false"}}
    for top, methods in METHODS.items():
        found = extract_from_dir(ROOT / top, methods, options, KEYWORDS, strip_comment_tags=True)
        for file, _, message, comments, context in found:
            place = f"{top}/{file}"
            catalogue.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    for audience in ASKED:
        asked = load_builtin(audience)
        for msgid in asked.msgids():
            catalogue.add(msgid, None, [(f"portal/content/questionnaires/{audience}.toml", 0)])
        for question in asked.questions:
            catalogue.add(question.label, None, [(f"portal/staff/questionnaires/{audience}", 0)])
    for msgid in texts_of_earlier():
        catalogue.add(msgid, None, [("portal/content/questionnaires/earlier.toml", 0)])
    for name, msgid in load_guidance().msgids():
        catalogue.add(msgid, None, [(f"portal/content/guidance/{name}", 0)])
    for file, names in TABLES.items():
        for msgid in _table_texts(ROOT / file, names):
            catalogue.add(msgid, None, [(file, 0)])
    return catalogue


def read(language: str, name: str = REPORTER) -> Catalog:
    """Read a language's catalogue."""
    return read_po(BytesIO(path_of(language, name).read_bytes()), locale=language)


def update(language: str, name: str = REPORTER) -> None:
    """Bring a catalogue in step with the source: nothing is guessed, so nothing is fuzzy."""
    catalogue = read(language, name)
    catalogue.update(template(name), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    _write(language, name, catalogue)


def compile_one(language: str, name: str = REPORTER) -> None:
    """Write the compiled catalogue beside the readable one."""
    with _mo(language, name).open("wb") as out:
        write_mo(out, read(language, name))


def faults(language: str, name: str = REPORTER) -> Iterator[Fault]:
    """Give everything that is wrong with a language's catalogue."""
    catalogue = read(language, name)
    yield from compare(language, catalogue, template(name))
    compiled = _mo(language, name)
    if not compiled.is_file() or not _is_fresh(compiled, catalogue):
        yield Fault(language, "the compiled catalogue is stale: run `make`", "")


def compare(language: str, catalogue: Catalog, source: Catalog) -> Iterator[Fault]:
    """Hold a catalogue against the source, message by message."""
    if not REVIEW.search(catalogue.header_comment):
        yield Fault(language, "no review state in the header", "")
    if not REGISTER.search(catalogue.header_comment):
        yield Fault(language, "no register in the header", "")
    if catalogue.plural_expr != get_plural(language).plural_expr:
        yield Fault(language, "the plural rule is not the language's", "")
    wanted = {msgid_of(m): m for m in source if m.id}
    known = {msgid_of(m): m for m in catalogue if m.id}
    for key in sorted(set(wanted) - set(known)):
        yield Fault(language, "missing", key)
    for key in sorted(set(known) - set(wanted)):
        yield Fault(language, "no longer in the source", key)
    for key in sorted(set(known) & set(wanted)):
        yield from _faults_of(language, known[key], same_allowed=language == "en")


def _faults_of(language: str, message: Message, *, same_allowed: bool) -> Iterator[Fault]:
    key = msgid_of(message)
    texts = texts_of(message.string)
    if message.fuzzy:
        yield Fault(language, "fuzzy", key)
    if not texts or not all(texts):
        yield Fault(language, "missing", key)
        return
    ids = texts_of(message.id)
    for text in texts:
        if sorted(_HOLE.findall(text)) not in [sorted(_HOLE.findall(one)) for one in ids]:
            yield Fault(language, "placeholders or tags differ", key)
        if text in ids and not same_allowed and text not in SAME:
            yield Fault(language, "not translated", key)


def msgid_of(message: Message) -> str:
    """Give the text by which a message is known; of a plural, its singular."""
    return texts_of(message.id)[0]


def texts_of(texts: str | Iterable[str] | None) -> list[str]:
    """Give a text, or every form of a plural, as a list."""
    return [texts] if isinstance(texts, str) else list(texts or [])


def _is_fresh(compiled: Path, catalogue: Catalog) -> bool:
    with compiled.open("rb") as file:
        known = {msgid_of(m): texts_of(m.string) for m in read_mo(file) if m.id}
    texts = {msgid_of(m): texts_of(m.string) for m in catalogue if m.id and not m.fuzzy}
    return known == {key: strings for key, strings in texts.items() if all(strings) and strings}


def _table_texts(file: Path, names: Iterable[str]) -> Iterator[str]:
    """Give the texts in the values of the named tables: strings, and the first words of a call."""
    for node in ast.parse(file.read_text("utf-8")).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        if any(isinstance(t, ast.Name) and t.id in names for t in targets):
            yield from _texts_in(getattr(node, "value", None))


def _texts_in(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Dict):
        for inner in value.values:
            yield from _texts_in(inner)
    first = value.args[0] if isinstance(value, ast.Call) and value.args else value
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield first.value


def _write(language: str, name: str, catalogue: Catalog) -> None:
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, width=100)
    # Names, addresses and dates of whoever ran the tool say nothing about the words.
    path_of(language, name).write_bytes(_NOISE.sub(b"", out.getvalue()))


def path_of(language: str, name: str = REPORTER) -> Path:
    """Give the readable file of a catalogue."""
    return FOLDER / language / "LC_MESSAGES" / f"{name}.po"


def _mo(language: str, name: str = REPORTER) -> Path:
    return path_of(language, name).with_suffix(".mo")
