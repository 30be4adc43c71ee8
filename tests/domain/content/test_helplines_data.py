"""The facts that are shipped: which numbers are shown where, and that each can be dialled there.

How old they are is no matter of the code: `python -m portal helplines check` looks at that.
"""

from __future__ import annotations

import phonenumbers
import pytest

from portal.domain.content.helpline import (
    EVERYWHERE,
    KINDS,
    Helpline,
    load_helplines,
    shown_by_country,
)

LINES = load_helplines()
SHOWN = shown_by_country(LINES)
EMERGENCY = [line for rows in SHOWN.values() for line in rows if line.kind == "emergency"]

NOT_SURE = {"CD", "NG"}
"""Countries whose emergency number could not be confirmed: their rows are of low confidence."""

NATIONAL = {
    "VN": "113", "TH": "191", "PH": "911", "IN": "112", "ID": "112", "CN": "110", "FR": "112",
    "ES": "112", "BR": "190", "RU": "112", "EG": "122", "US": "911", "GB": "999", "AU": "000",
    "LA": "191", "MM": "199", "SG": "999", "MY": "999", "KH": "117", "PT": "112",
}  # fmt: skip


def test_every_country_has_an_emergency_number():
    assert {line.country for line in LINES} - {EVERYWHERE} - NOT_SURE == {
        line.country for line in EMERGENCY
    }
    assert len(EMERGENCY) > 200


@pytest.mark.parametrize("line", EMERGENCY, ids=lambda line: line.country)
def test_an_emergency_number_is_one_in_that_country(line: Helpline):
    for number in line.phone.split(" / "):
        assert phonenumbers.is_emergency_number(number, line.country)


def test_the_look_at_emergency_numbers_can_fail():
    assert not phonenumbers.is_emergency_number("999", "VN")
    assert not phonenumbers.is_emergency_number("111", "VN")


@pytest.mark.parametrize(("country", "number"), NATIONAL.items())
def test_it_is_the_one_that_people_are_told(country: str, number: str):
    first, *others = SHOWN[country]
    assert (first.kind, first.dial) == ("emergency", number)
    assert all(line.kind != "emergency" for line in others)


def test_an_emergency_number_needs_no_word_of_any_language():
    assert {line.name for line in EMERGENCY} == {"", "Công an"}


def test_what_we_are_not_sure_of_is_there_to_be_verified_but_not_shown():
    hidden = [line for line in LINES if not line.evidence.is_enough]
    assert {line.country for line in hidden if line.kind == "emergency"} == NOT_SURE
    assert any(line.evidence.checked is None for line in hidden)
    assert not {id(line) for line in hidden} & {id(x) for rows in SHOWN.values() for x in rows}


def test_the_file_is_in_order():
    places = [(line.country, KINDS.index(line.kind)) for line in LINES]
    assert places == sorted(places)


def test_the_whole_world_has_a_directory():
    assert {line.url.split("/")[2] for line in SHOWN[EVERYWHERE]} == {
        "childhelplineinternational.org",
        "www.inhope.org",
    }
