"""What is wrong with a catalogue: each message is compared with the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.plurals import get_plural

from portal.operations.catalogues.extract import REPORTER, msgid_of, template, texts_of
from portal.operations.catalogues.files import FOLDER, compiled_path_of, read

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


def faults(
    language: str,
    name: str = REPORTER,
    *,
    folder: Path = FOLDER,
    source: Catalog | None = None,
) -> Iterator[Fault]:
    """Give everything that is wrong with a language's catalogue."""
    catalogue = read(language, name, folder=folder)
    yield from compare(language, catalogue, template(name) if source is None else source)
    compiled = compiled_path_of(language, name, folder=folder)
    if not compiled.is_file() or not _is_fresh(compiled, catalogue):
        yield Fault(language, "stale (run `python -m portal catalogues compile`)", compiled.name)


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


def _is_fresh(compiled: Path, catalogue: Catalog) -> bool:
    with compiled.open("rb") as file:
        known = {msgid_of(m): texts_of(m.string) for m in read_mo(file) if m.id}
    texts = {msgid_of(m): texts_of(m.string) for m in catalogue if m.id and not m.fuzzy}
    return known == {key: strings for key, strings in texts.items() if all(strings) and strings}
