"""Offender handles: where they are used, their kinds, and one normal form for each.

Two reports are linked when a normal form is the same in both. A place is never taken out of the
table: old reports and old definitions name it.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from portal.domain.report import SelectorRow
from portal.domain.texts import reporter_text


class Kind(StrEnum):
    """What sort of handle it is."""

    USERNAME = "username"
    LINK = "link"
    PHONE = "phone"
    EMAIL = "email"
    PAYMENT = "payment"
    BANK_ACCOUNT = "bank_account"
    WALLET = "wallet"
    IP = "ip"
    HASH = "hash"
    NAME = "name"

    @property
    def is_weak(self) -> bool:
        """Tell whether the handle may only suggest a link: many people share a name."""
        return self is Kind.NAME


@dataclass(frozen=True, slots=True)
class Place:
    """Where a handle is used; `scope` is what it is unique in, "" if it is unique everywhere."""

    label: str
    kind: Kind
    scope: str = ""


PLACES: Mapping[str, Place] = {
    "facebook": Place(reporter_text("Facebook"), Kind.USERNAME, "facebook"),
    "messenger": Place(reporter_text("Messenger"), Kind.USERNAME, "facebook"),
    "instagram": Place(reporter_text("Instagram"), Kind.USERNAME, "instagram"),
    "zalo": Place(reporter_text("Zalo"), Kind.USERNAME, "zalo"),
    "tiktok": Place(reporter_text("TikTok"), Kind.USERNAME, "tiktok"),
    "telegram": Place(reporter_text("Telegram"), Kind.USERNAME, "telegram"),
    "whatsapp": Place(reporter_text("WhatsApp"), Kind.PHONE),
    "snapchat": Place(reporter_text("Snapchat"), Kind.USERNAME, "snapchat"),
    "discord": Place(reporter_text("Discord"), Kind.USERNAME, "discord"),
    "roblox": Place(reporter_text("Roblox"), Kind.USERNAME, "roblox"),
    "youtube": Place(reporter_text("YouTube"), Kind.USERNAME, "youtube"),
    "x": Place(reporter_text("X (Twitter)"), Kind.USERNAME, "x"),
    "wechat": Place(reporter_text("WeChat"), Kind.USERNAME, "wechat"),
    "line": Place(reporter_text("LINE"), Kind.USERNAME, "line"),
    "viber": Place(reporter_text("Viber"), Kind.PHONE),
    "signal": Place(reporter_text("Signal"), Kind.USERNAME, "signal"),
    "game": Place(reporter_text("A game"), Kind.USERNAME, "game"),
    "dating_app": Place(reporter_text("A dating app"), Kind.USERNAME, "dating_app"),
    "video_chat": Place(reporter_text("A video chat site"), Kind.USERNAME, "video_chat"),
    "phone": Place(reporter_text("Phone or text message"), Kind.PHONE),
    "email": Place(reporter_text("Email"), Kind.EMAIL),
    "website": Place(reporter_text("A website"), Kind.LINK),
    "ip_address": Place(reporter_text("IP address"), Kind.IP),
    "file_hash": Place(reporter_text("Hash of a file (no file)"), Kind.HASH),
    "name_only": Place(reporter_text("I only know a name"), Kind.NAME),
    "somewhere_else": Place(reporter_text("Somewhere else"), Kind.USERNAME, "somewhere_else"),
    "bank_account": Place(reporter_text("Bank account"), Kind.BANK_ACCOUNT),
    "momo": Place(reporter_text("MoMo"), Kind.PHONE),
    "zalopay": Place(reporter_text("ZaloPay"), Kind.PHONE),
    "gcash": Place(reporter_text("GCash"), Kind.PHONE),
    "paypal": Place(reporter_text("PayPal"), Kind.PAYMENT, "paypal"),
    "cash_app": Place(reporter_text("Cash App"), Kind.PAYMENT, "cash_app"),
    "other_wallet": Place(reporter_text("Another payment app"), Kind.PAYMENT, "other_wallet"),
    "crypto_wallet": Place(reporter_text("Crypto wallet"), Kind.WALLET),
    "gift_card": Place(reporter_text("Gift card or game card"), Kind.NAME, "gift_card"),
    "money_transfer": Place(reporter_text("Money transfer to a name"), Kind.NAME, "money_transfer"),
    "other_payment": Place(reporter_text("Another way"), Kind.PAYMENT, "other_payment"),
}
"""Every place that a form may offer, by its id. Brand names stay as they are."""

CALLING_CODES: Mapping[str, str] = {
    "AE": "971", "AT": "43", "AU": "61", "BD": "880", "BE": "32", "BJ": "229", "BR": "55",
    "CA": "1", "CH": "41", "CI": "225", "CM": "237", "CN": "86", "CZ": "420", "DE": "49",
    "DK": "45", "EG": "20", "ES": "34", "FI": "358", "FR": "33", "GB": "44", "GH": "233",
    "GR": "30", "HK": "852", "ID": "62", "IE": "353", "IN": "91", "JP": "81", "KE": "254",
    "KH": "855", "KR": "82", "LA": "856", "LK": "94", "MA": "212", "MM": "95", "MX": "52",
    "MY": "60", "NG": "234", "NL": "31", "NO": "47", "NP": "977", "NZ": "64", "PH": "63",
    "PK": "92", "PL": "48", "PT": "351", "RO": "40", "SE": "46", "SG": "65", "TH": "66",
    "TR": "90", "TW": "886", "UA": "380", "US": "1", "VN": "84", "ZA": "27",
}  # fmt: skip
"""ITU-T E.164 calling codes by ISO 3166-1 country; a number of another needs its own +."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A handle in its normal form."""

    kind: Kind
    scope: str
    value: str = field(repr=False)


def of_row(row: SelectorRow, *, country: str | None = None) -> Selector | None:
    """Give the selector that a row names, or None where nothing can be made of it.

    What was written outweighs where: a link or an e-mail address is one wherever it stands.
    """
    place = PLACES.get(row.where, Place("", Kind.USERNAME, _fold(row.where)))
    kind = _kind_of(row.value, place.kind)
    value = normalise(kind, row.value, country=country)
    if value is None and kind is Kind.PHONE:
        kind, value = Kind.USERNAME, normalise(Kind.USERNAME, row.value)
    if value is None:
        return None
    scope = place.scope or (row.where if kind is Kind.USERNAME else "")
    return Selector(kind, scope if kind is place.kind or kind is Kind.USERNAME else "", value)


def normalise(kind: Kind, text: str, *, country: str | None = None) -> str | None:
    """Give the one form of a handle, or None where the text can't be of that kind.

    Idempotent, and never raises. `country` completes a phone number that has no calling code.
    """
    text = _visible(text)
    if kind is Kind.PHONE:
        return _phone(text, country)
    return _NORMAL[kind](text)


def _kind_of(text: str, kind: Kind) -> Kind:
    if kind in (Kind.USERNAME, Kind.PAYMENT, Kind.PHONE):
        if re.search(r"://|^\s*www\.", text, re.IGNORECASE):
            return Kind.LINK
        if kind is not Kind.PAYMENT and _email(_visible(text)):
            return Kind.EMAIL
    return kind


def _visible(text: str) -> str:
    """Drop what can't be seen: controls, joiners, bidirectional marks, lone surrogates."""
    kept = (" " if c in "\t\n\r\v\f" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()


def _fold(text: str) -> str:
    """Bring letters that look or mean the same to one form, until nothing changes."""
    for _ in range(8):
        folded = " ".join(unicodedata.normalize("NFKC", _visible(text).casefold()).split())
        if folded == text:
            break
        text = folded
    return text


def _digits(text: str) -> str:
    values = (unicodedata.decimal(c, None) for c in unicodedata.normalize("NFKC", text))
    return "".join(str(value) for value in values if value is not None)


def _username(text: str) -> str | None:
    return _fold(text).lstrip("@ ").rstrip() or None


def _payment(text: str) -> str | None:
    return _fold(text).lstrip("$@ ").rstrip() or None


def _name(text: str) -> str | None:
    return _fold(text) or None


def _phone(text: str, country: str | None) -> str | None:
    folded = _fold(text)
    digits = _digits(folded)
    if re.search(r"[^\W\d_]", folded):
        return None
    if folded.startswith("+"):
        number = digits
    elif digits.startswith("00"):
        number = digits[2:]
    elif country is not None and country in CALLING_CODES:
        number = CALLING_CODES[country] + digits.removeprefix("0")
    else:
        return None
    return f"+{number}" if 7 <= len(number) <= 15 and number[0] != "0" else None


def _email(text: str) -> str | None:
    folded = _fold(text).removeprefix("mailto:")
    return folded if re.fullmatch(r"[^@\s:/]+@[^@\s:/]+\.[^@\s:/.]+", folded) else None


def _link(text: str) -> str | None:
    """Give host and path: the scheme, `www.`, tracking and fragments name nobody."""
    folded = _fold(text)
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://", "", folded)
    try:
        parts = urlsplit(f"//{bare}")
        host = parts.hostname or ""
    except ValueError:
        return None
    while host.startswith(("www.", "m.")):
        host = host.removeprefix("www.").removeprefix("m.")
    host = host.rstrip(".")
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host):
        return None
    query = "&".join(x for x in sorted(parts.query.split("&")) if x.startswith(("id=", "v=")))
    link = host + re.sub(r"/+", "/", parts.path.replace(" ", "")).rstrip("/")
    return f"{link}?{query.replace(' ', '')}" if query else link


def _bank_account(text: str) -> str | None:
    """Give an IBAN (ISO 13616, check digits hold), or the digits of another account number."""
    compact = re.sub(r"[\s.\-/]", "", _fold(text)).upper()
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact):
        turned = compact[4:] + compact[:4]
        if int("".join(str(int(c, 36)) for c in turned)) % 97 == 1:
            return compact
    digits = _digits(compact)
    is_number = not re.search(r"[^\W\d_]", compact)
    return digits if is_number and 6 <= len(digits) <= 20 else None


_CHAINS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("evm", re.compile(r"0[xX][0-9a-fA-F]{40}")),
    ("btc", re.compile(r"(?:bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})")),
    ("btc", re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}")),
    ("tron", re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}")),
)


def _wallet(text: str) -> str | None:
    """Give chain and address; base58 keeps its letters' case, the rest is folded."""
    address = re.sub(r"\s", "", text)
    for chain, _ in _CHAINS:
        address = address.removeprefix(f"{chain}:")
    for chain, pattern in _CHAINS:
        if pattern.fullmatch(address):
            is_caseless = address[:2].lower() in ("0x", "bc")
            return f"{chain}:{address.lower() if is_caseless else address}"
    return None


def _ip(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(re.sub(r"\s", "", text)))
    except ValueError:
        return None


def _hash(text: str) -> str | None:
    """Give MD5, SHA-1 or SHA-256 in lower-case hex."""
    value = re.sub(r"\s", "", text).lower()
    return value if re.fullmatch(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", value) else None


_NORMAL: Mapping[Kind, Callable[[str], str | None]] = {
    Kind.USERNAME: _username,
    Kind.LINK: _link,
    Kind.EMAIL: _email,
    Kind.PAYMENT: _payment,
    Kind.BANK_ACCOUNT: _bank_account,
    Kind.WALLET: _wallet,
    Kind.IP: _ip,
    Kind.HASH: _hash,
    Kind.NAME: _name,
}
