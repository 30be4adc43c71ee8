"""Services: each age and country is offered what it can use, and a bad entry is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.content.service import load_services, read_services, services_for
from portal.domain.errors import GuidanceError

COUNTRIES = st.sampled_from(["", "GB", "US", "CA", "VN", "ZZ"])

GOOD = """\
[[services]]
id = "one"
name = "One"
url = "https://one.example/"
purpose = "take_down"
ages = "under_18"
source = "its own page"
checked = "2026-10-09"
confidence = "fair"
"""


def ids(*, is_adult: bool | None, country: str, **how: object) -> list[str]:
    return [one.id for one in services_for(is_adult=is_adult, country=country, **how)]


@pytest.mark.parametrize(
    ("is_adult", "country", "expected"),
    [
        (False, "VN", ["take_it_down", "inhope"]),
        (False, "", ["take_it_down", "inhope"]),
        (False, "GB", ["report_remove", "take_it_down", "inhope"]),
        (False, "US", ["take_it_down", "cybertipline", "inhope"]),
        (False, "CA", ["take_it_down", "cybertip_ca", "inhope"]),
        (True, "VN", ["stopncii", "take_it_down", "inhope"]),
        (True, "GB", ["stopncii", "take_it_down", "inhope"]),
        (None, "GB", ["report_remove", "take_it_down", "stopncii", "inhope"]),
        (None, "", ["take_it_down", "stopncii", "inhope"]),
    ],
)
def test_who_is_offered_what(is_adult, country, expected):
    assert ids(is_adult=is_adult, country=country) == expected


def test_places_to_talk_are_asked_for():
    assert ids(is_adult=False, country="VN", purposes=["talk"]) == ["child_helpline_international"]


@given(st.none() | st.booleans(), COUNTRIES)
def test_what_is_offered_is_known_well_enough_and_fits(is_adult, country):
    for one in services_for(is_adult=is_adult, country=country):
        assert one.evidence.is_enough
        assert not one.countries or country in one.countries
        assert not (is_adult is False and one.ages == "adult")
        assert not (is_adult and one.ages == "under_18" and not one.by_picture)


def test_everybody_is_offered_a_way_to_take_pictures_down():
    for is_adult in (None, True, False):
        assert services_for(is_adult=is_adult, country="", purposes=["take_down"])


def test_only_what_works_on_the_device_says_so():
    """Report Remove and NeedHelpNow take uploads or links: no page may promise otherwise."""
    assert {one.id for one in load_services() if one.on_device} == {"take_it_down", "stopncii"}


def test_an_entry_is_read_whole():
    (one,) = read_services(GOOD.encode(), name="services.toml")
    assert (one.id, one.name, one.host) == ("one", "One", "one.example")
    assert (one.by_picture, one.on_device, one.countries) == (False, False, frozenset())
    assert one.evidence.is_enough


def test_an_entry_without_a_date_is_known_but_not_enough():
    (one,) = read_services(GOOD.replace('checked = "2026-10-09"\n', "").encode(), name="x")
    assert not one.evidence.is_enough


@pytest.mark.parametrize(
    ("good", "bad", "line", "reason"),
    [
        ('id = "one"', 'id = "One!"', 2, "an id has"),
        ('id = "one"', "", 1, "id is missing"),
        ('id = "one"', 'id = "one"\nhost = "x"', 3, "unknown key 'host'"),
        ('name = "One"', 'name = ""', 3, "name must be a text"),
        ("https://one.example/", "http://one.example/", 4, "url begins with https://"),
        ("https://one.example/", "https://", 4, "url begins with https://"),
        ('"take_down"', '"remove"', 5, "purpose is one of"),
        ('"under_18"', '"child"', 6, "ages is one of"),
        ('ages = "under_18"', 'ages = "any"\ncountries = ["gb"]', 7, "two capital letters"),
        ('"2026-10-09"', '"2026-13-09"', 1, "a date is written like"),
        ('"2026-10-09"', "2026-10-09", 8, "checked must be a text"),
        ('"fair"', '"high"', 1, "confidence is one of"),
        ('source = "its own page"', "", 1, "source is missing"),
        ("[[services]]", "x = 1\n[[services]]", 1, "unknown key 'x'"),
        ("[[services]]", "[[services]", 1, "not TOML"),
    ],
)
def test_refuses_at_the_line(good, bad, line, reason):
    assert good in GOOD
    with pytest.raises(GuidanceError) as caught:
        read_services(GOOD.replace(good, bad, 1).encode(), name="services.toml")
    assert (caught.value.file, caught.value.line) == ("services.toml", line)
    assert reason in caught.value.reason


def test_no_entry_stands_twice():
    with pytest.raises(GuidanceError) as caught:
        read_services((GOOD + GOOD).encode(), name="services.toml")
    assert str(caught.value) == "services.toml:11: service 'one' stands twice"
