"""Routing: every report has a home, and its target; a wrong file is refused at its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.assessment.routing import TARGETS, load_routing
from portal.domain.errors import RoutingError
from portal.domain.factors import CATEGORIES, Priority

SOURCE = (Path(__file__).parent / "samples" / "agencies.toml").read_bytes()
ROUTING = load_routing(SOURCE, name="agencies.toml")
COUNTRIES = st.none() | st.sampled_from(["VN", "PH", "DE", ""])
LANGUAGES = st.sampled_from(["vi", "en", "es", "ar"])


@pytest.mark.parametrize(
    ("country", "language", "category", "agency"),
    [
        ("VN", "vi", "grooming", "vn-hotline"),
        ("VN", "en", "grooming", "vn-hotline"),
        ("VN", "vi", "fake_images", "vn-hotline"),
        ("VN", "en", "fake_images", "images-unit"),
        ("PH", "en", "shared_images", "images-unit"),
        ("PH", "en", "grooming", "global-desk"),
        ("DE", "vi", "grooming", "global-desk"),
        (None, "vi", "grooming", "vn-hotline"),
        ("", "vi", "grooming", "vn-hotline"),
        (None, "es", "grooming", "global-desk"),
        (None, "ar", "grooming", "global-desk"),
        (None, "ar", "fake_images", "images-unit"),
    ],
)
def test_routes(country, language, category, agency):
    routed = ROUTING.route(country=country, language=language, category=category)
    assert routed.id == agency
    assert ROUTING.agency(agency) is routed


@given(COUNTRIES, LANGUAGES, st.sampled_from([*CATEGORIES, "not a category"]))
def test_every_report_has_a_home(country, language, category):
    routed = ROUTING.route(country=country, language=language, category=category)
    assert routed in ROUTING.agencies
    assert routed is ROUTING.fallback or routed.takes(country or None, language, category)


def test_targets_are_the_agencys_own_over_the_common_ones():
    received_at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    desk, hotline = ROUTING.agency("global-desk"), ROUTING.agency("vn-hotline")
    assert desk.due_at(Priority.P0, received_at) - received_at == timedelta(minutes=10)
    assert desk.due_at(Priority.P4, received_at) - received_at == timedelta(days=30)
    for priority, target in TARGETS.items():
        assert hotline.due_at(priority, received_at) == received_at + target


@pytest.mark.parametrize(
    ("good", "bad", "line", "reason"),
    [
        ('fallback = "global-desk"', 'fallback = "nobody"', 2, "fallback must name one"),
        ('fallback = "global-desk"', "", 1, "fallback is missing"),
        ('fallback = "global-desk"', 'fallback = "global-desk"\nx = 1', 3, "unknown key 'x'"),
        ('id = "vn-hotline"', 'id = "VN"', 5, "id must be"),
        ('id = "images-unit"', 'id = "vn-hotline"', 20, "stands twice"),
        ('name = "Images Unit"', "", 19, "name is missing"),
        ('countries = ["VN"]', 'countries = ["vn"]', 7, "two capital letters"),
        ('languages = ["vi"]', 'languages = ["Viet"]', 8, "tags such as"),
        ('"fake_images"]', '"fakes"]', 23, "unknown category 'fakes'"),
        ('P0 = "10 min"', 'P0 = "soon"', 16, "a target is like"),
        ('P0 = "10 min"', 'P9 = "10 min"', 16, "unknown key 'P9'"),
        ('P0 = "10 min"', 'P0 = "5 h"', 15, "P1 may not be due before P0"),
        ('P4 = "30 d"', "P4 = 30", 17, "P4 must be a text"),
        ("[agencies.targets]", "[agencies.target]", 15, "unknown key 'target'"),
    ],
)
def test_refuses_at_the_line(good, bad, line, reason):
    source = SOURCE.decode()
    assert good in source
    with pytest.raises(RoutingError) as caught:
        load_routing(source.replace(good, bad, 1).encode(), name="agencies.toml")
    assert (caught.value.line, reason in caught.value.reason) == (line, True), caught.value.reason


@given(st.binary(max_size=100), st.integers(0, len(SOURCE)), st.integers(0, 20))
def test_raises_nothing_else(change, at, gone):
    try:
        routing = load_routing(SOURCE[:at] + change + SOURCE[at + gone :], name="x")
    except RoutingError as error:
        refused = error
    else:
        assert routing.fallback in routing.agencies
        return
    assert refused.line >= 1
