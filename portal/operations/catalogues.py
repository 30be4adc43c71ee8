"""Catalogues: extract what is to be translated, keep them in step, and refuse a bad one."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from portal.domain.questionnaire import load_builtin
from portal.domain.report import Audience

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "portal" / "translations"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "say_later": None}
METHODS = [("portal/**.py", "python"), ("templates/**.html", "jinja2")]
ASKED = (Audience.CHILD, Audience.CARER, Audience.PROFESSIONAL)

TABLES = {
    "portal/domain/case.py": ("STATUSES", "CLOSE_REASONS"),
    "portal/domain/factor.py": ("CATEGORIES", "REASONS"),
    "portal/domain/selector.py": ("PLACES",),
    "portal/triage/reasons.py": ("_WORK", "_IDENTITY", "_RESUME", "MOVE_REASONS"),
}
"""Tables whose texts are shown, of rooms that know no gettext."""

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


def run(what: str) -> int:
    """Do one of extract, update, compile, check; gives the exit code."""
    if what == "extract":
        write_po(sys.stdout.buffer, template(), sort_output=True, width=100)
        return 0
    if what == "check":
        found = [fault for language in languages() for fault in faults(language)]
        sys.stderr.write("".join(f"{fault}\n" for fault in found))
        return 1 if found else 0
    for language in languages():
        update(language) if what == "update" else compile_one(language)
    return 0


def languages() -> list[str]:
    """Every language that has a folder."""
    return sorted(path.parents[1].name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def template() -> Catalog:
    """Give everything that is to be translated, from code, templates and questionnaires."""
    catalogue = Catalog(project="Chung Tay", charset="utf-8")
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    for top in ("portal", "templates"):
        found = extract_from_dir(
            ROOT / top, _methods(top), options, KEYWORDS, strip_comment_tags=True
        )
        for file, _, message, comments, context in found:
            place = f"{top}/{file}"
            catalogue.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    for audience in ASKED:
        for msgid in load_builtin(audience).msgids():
            catalogue.add(msgid, None, [(f"portal/questionnaires/{audience}.toml", 0)])
    for file, names in TABLES.items():
        for msgid in _table_texts(ROOT / file, names):
            catalogue.add(msgid, None, [(file, 0)])
    return catalogue


def read(language: str) -> Catalog:
    """Read a language's catalogue."""
    return read_po(BytesIO(_po(language).read_bytes()), locale=language)


def update(language: str) -> None:
    """Bring a catalogue in step with the source: nothing is guessed, so nothing is fuzzy."""
    catalogue = read(language)
    catalogue.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    _write(language, catalogue)


def compile_one(language: str) -> None:
    """Write the compiled catalogue beside the readable one."""
    with _mo(language).open("wb") as out:
        write_mo(out, read(language))


def faults(language: str) -> Iterator[Fault]:
    """Give everything that is wrong with a language's catalogue."""
    catalogue = read(language)
    yield from compare(language, catalogue, template())
    compiled = _mo(language)
    if not compiled.is_file() or not _is_fresh(compiled, catalogue):
        yield Fault(language, "the compiled catalogue is stale: run `make`", "")


def compare(language: str, catalogue: Catalog, source: Catalog) -> Iterator[Fault]:
    """Hold a catalogue against the source, message by message."""
    if not REVIEW.search(catalogue.header_comment):
        yield Fault(language, "no review state in the header", "")
    if catalogue.plural_expr != get_plural(language).plural_expr:
        yield Fault(language, "the plural rule is not the language's", "")
    wanted = {_key(m): m for m in source if m.id}
    known = {_key(m): m for m in catalogue if m.id}
    for key in sorted(set(wanted) - set(known)):
        yield Fault(language, "missing", key)
    for key in sorted(set(known) - set(wanted)):
        yield Fault(language, "no longer in the source", key)
    for key in sorted(set(known) & set(wanted)):
        yield from _faults_of(language, known[key], same_allowed=language == "en")


def _faults_of(language: str, message: Message, *, same_allowed: bool) -> Iterator[Fault]:
    key = _key(message)
    texts = _texts(message.string)
    if message.fuzzy:
        yield Fault(language, "fuzzy", key)
    if not texts or not all(texts):
        yield Fault(language, "missing", key)
        return
    ids = _texts(message.id)
    for text in texts:
        if sorted(_HOLE.findall(text)) not in [sorted(_HOLE.findall(one)) for one in ids]:
            yield Fault(language, "placeholders or tags differ", key)
        if text in ids and not same_allowed and text not in SAME:
            yield Fault(language, "not translated", key)


def _key(message: Message) -> str:
    return _texts(message.id)[0]


def _texts(texts: str | Iterable[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or [])


def _is_fresh(compiled: Path, catalogue: Catalog) -> bool:
    with compiled.open("rb") as file:
        known = {_key(m): _texts(m.string) for m in read_mo(file) if m.id}
    texts = {_key(m): _texts(m.string) for m in catalogue if m.id and not m.fuzzy}
    return known == {key: strings for key, strings in texts.items() if all(strings) and strings}


def _methods(top: str) -> list[tuple[str, str]]:
    prefix = f"{top}/"
    return [(p.removeprefix(prefix), m) for p, m in METHODS if p.startswith(prefix)]


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


def _write(language: str, catalogue: Catalog) -> None:
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, width=100)
    # Names, addresses and dates of whoever ran the tool say nothing about the words.
    _po(language).write_bytes(_NOISE.sub(b"", out.getvalue()))


def _po(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def _mo(language: str) -> Path:
    return _po(language).with_suffix(".mo")
