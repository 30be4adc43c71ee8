"""Handles: one normal form for what is the same, none for what can't be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.report import SelectorRow
from portal.domain.selector import CALLING_CODES, PLACES, Kind, Selector, normalise, of_row

KINDS = st.sampled_from(Kind)
COUNTRIES = st.none() | st.sampled_from([*CALLING_CODES, "ZZ"])
HANDLES = st.text() | st.from_regex(r"[@$+]?[\w.:/ -]{0,30}") | st.sampled_from(
    ["0912345678", "+84 912 345 678", "a@b.vn", "https://www.x.com/a", "0x" + "aB" * 20]
)  # fmt: skip


@given(KINDS, HANDLES, COUNTRIES)
def test_idempotent_and_never_raises(kind, text, country):
    normal = normalise(kind, text, country=country)
    if normal is not None:
        assert normal
        assert normalise(kind, normal, country=country) == normal
        assert normalise(kind, normal) == normal


@given(st.text(max_size=12), st.text(), COUNTRIES)
def test_rows_never_raise_and_hide_what_was_typed(where, value, country):
    selector = of_row(SelectorRow(where, value), country=country)
    assert selector is None or "value" not in repr(selector)


@given(KINDS, HANDLES, st.sampled_from("\u200b\u200e\u202e\u2066\ufeff\u00ad"), st.integers(0, 30))
def test_what_can_not_be_seen_makes_no_difference(kind, text, unseen, at):
    assert normalise(kind, text[:at] + unseen + text[at:]) == normalise(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "normal"),
    [
        (Kind.USERNAME, "@Mr.K", "mr.k"),
        (Kind.USERNAME, "  mr.K ", "mr.k"),
        (Kind.USERNAME, "ｍｒ．ｋ", "mr.k"),
        (Kind.USERNAME, "STRASSE", normalise(Kind.USERNAME, "straße")),
        (Kind.USERNAME, "ℋello Ⅷ", "hello viii"),
        (Kind.USERNAME, "@", None),
        (Kind.USERNAME, "\u200b", None),
        (Kind.LINK, "HTTPS://www.Facebook.com//mr.k/?utm_source=a#top", "facebook.com/mr.k"),
        (Kind.LINK, "m.facebook.com/profile.php?x=1&id=77", "facebook.com/profile.php?id=77"),
        (Kind.LINK, "http://user:pw@evil.example:99/a", "evil.example/a"),
        (Kind.LINK, "http://[::1", None),
        (Kind.LINK, "hello", None),
        (Kind.PHONE, "+84 (912) 345-678", "+84912345678"),
        (Kind.PHONE, "0084 912 345 678", "+84912345678"),
        (Kind.PHONE, "+٨٤ ٩١٢ ٣٤٥ ٦٧٨", "+84912345678"),
        (Kind.PHONE, "0912 345 678", None),
        (Kind.PHONE, "call me", None),
        (Kind.PHONE, "+0123456789", None),
        (Kind.EMAIL, "mailto:Mr.K@Example.ORG", "mr.k@example.org"),
        (Kind.EMAIL, "mr.k@localhost", None),
        (Kind.PAYMENT, "$MrK", "mrk"),
        (Kind.BANK_ACCOUNT, "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (Kind.BANK_ACCOUNT, "DE89 3704 0044 0532 0130 01", None),
        (Kind.BANK_ACCOUNT, "0123-456 789", "0123456789"),
        (Kind.BANK_ACCOUNT, "12345", None),
        (Kind.WALLET, "0x" + "AB" * 20, "evm:0x" + "ab" * 20),
        (Kind.WALLET, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
         "btc:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        (Kind.WALLET, "BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ",
         "btc:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        (Kind.WALLET, "my wallet", None),
        (Kind.IP, "2001:DB8:0::1", "2001:db8::1"),
        (Kind.IP, "203.0.113.7", "203.0.113.7"),
        (Kind.IP, "999.1.1.1", None),
        (Kind.HASH, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
        (Kind.HASH, "d41d8", None),
        (Kind.NAME, "  Ông   K ", "ông k"),
    ],
)  # fmt: skip
def test_normal_forms(kind, text, normal):
    assert normalise(kind, text) == normal


@pytest.mark.parametrize(
    ("row", "country", "selector"),
    [
        (("zalo", "@Mr.K"), None, Selector(Kind.USERNAME, "zalo", "mr.k")),
        (("messenger", "mr.k"), None, Selector(Kind.USERNAME, "facebook", "mr.k")),
        (("facebook", "https://fb.com/mr.k"), None, Selector(Kind.LINK, "", "fb.com/mr.k")),
        (("instagram", "k@x.org"), None, Selector(Kind.EMAIL, "", "k@x.org")),
        (("phone", "0912345678"), "VN", Selector(Kind.PHONE, "", "+84912345678")),
        (("phone", "0912345678"), None, Selector(Kind.USERNAME, "phone", "0912345678")),
        (("paypal", "k@x.org"), None, Selector(Kind.PAYMENT, "paypal", "k@x.org")),
        (("gift_card", "Steam"), None, Selector(Kind.NAME, "gift_card", "steam")),
        (("My Game", "K"), None, Selector(Kind.USERNAME, "my game", "k")),
        (("crypto_wallet", "nonsense"), None, None),
        (("zalo", " "), None, None),
    ],
)
def test_rows(row, country, selector):
    assert of_row(SelectorRow(*row), country=country) == selector


def test_places_are_whole():
    assert all(place.label for place in PLACES.values())
    assert {place.kind for place in PLACES.values()} == set(Kind)
    assert Kind.NAME.is_weak
    assert not Kind.PHONE.is_weak
    assert all(code.isdigit() and len(country) == 2 for country, code in CALLING_CODES.items())
