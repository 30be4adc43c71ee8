"""Synthetic reports: the shares that they promise, and that everything in them is true."""

from __future__ import annotations

import random
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import config
from portal.domain.report import (
    Audience,
    Compartment,
    QuestionType,
    SelectorRow,
    answer_from_text,
)
from portal.domain.selector import of_row
from portal.followup.thread import return_with
from portal.intake.filing import Intake
from portal.operations import demo_data
from portal.operations.demo_data.journeys import steps
from portal.operations.demo_data.plan import Journey, make_plans
from portal.operations.demo_data.scene import load_scene
from portal.store import audit, envelopes, shred
from portal.store.engine import connect
from portal.vault.keyring import Keyring
from portal.vault.opening import open_fields, open_key
from portal.vault.signing import LogKeys
from tests.builders.deployment import Deployment, copy_deployment

NOW = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
COUNT = 200


@dataclass(frozen=True)
class Filled:
    deployment: Deployment
    code: str

    def ask(self, query: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.deployment.folder / "reports.sqlite3")) as plain:
            return plain.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> int:
        return self.ask(query, *values)[0][0]


@pytest.fixture(scope="module")
def filled(original: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("filled") / "instance"
    with copy_deployment(original, folder) as deployment:
        settings = config.load_public(deployment.environ)
        done = demo_data.fill(settings, count=COUNT, seed=1, now=NOW)
        assert done.reports == COUNT
        assert done.code
        yield Filled(deployment, done.code)


def test_the_shares_are_exact(filled: Filled) -> None:
    assert filled.one("SELECT count(*) FROM reports") == 200
    assert filled.one("SELECT count(*) FROM receipts") == 140
    assert filled.one("SELECT count(DISTINCT report_id) FROM messages") == 30
    assert filled.one("SELECT count(DISTINCT report_id) FROM envelopes WHERE revision > 0") == 30
    assert filled.one("SELECT count(DISTINCT report_id) FROM unread") == 6
    assert filled.one("SELECT count(*) FROM reports WHERE deletion_asked_at IS NOT NULL") == 2
    states = "SELECT status, count(*) FROM reports GROUP BY status"
    assert dict(filled.ask(states)) == {
        "new": 96, "in_review": 30, "waiting": 12, "referred": 12, "paused": 4, "closed": 46,
    }  # fmt: skip
    audiences = "SELECT audience, count(*) FROM reports GROUP BY audience"
    assert dict(filled.ask(audiences)) == {"child": 124, "carer": 52, "professional": 24}


def test_a_thread_is_replies_and_additions_of_one_report(filled: Filled) -> None:
    replied = filled.ask("SELECT DISTINCT report_id FROM messages")
    added = filled.ask("SELECT DISTINCT report_id FROM envelopes WHERE revision > 0")
    assert set(replied) == set(added)


def test_the_desk_is_at_work(filled: Filled) -> None:
    now = int(NOW.timestamp())
    assert filled.one("SELECT count(*) FROM case_texts WHERE kind = 'note'") >= 20
    held = "SELECT count(*) FROM reports WHERE lease_until > ?"
    assert filled.one(held, now) >= 6
    assert filled.one("SELECT count(*) FROM reports WHERE lease_until <= ?", now) == 0
    assert filled.one("SELECT count(DISTINCT closed_reason) FROM reports") >= 5
    taken = "SELECT count(DISTINCT actor) FROM audit WHERE action = 'case:taken'"
    assert filled.one(taken) == 4, "every analyst of both agencies"


def test_both_agencies_have_a_queue_and_most_of_it_is_in_time(filled: Filled) -> None:
    now = int(NOW.timestamp())
    for agency, least in (("vn-hotline", 100), ("sea-desk", 25)):
        assert filled.one("SELECT count(*) FROM reports WHERE agency = ?", agency) >= least
    open_ones = filled.one("SELECT count(*) FROM reports WHERE status <> 'closed'")
    late = "SELECT count(*) FROM reports WHERE status <> 'closed' AND due_at < ?"
    assert 5 <= filled.one(late, now) < open_ones / 3
    at_desk = f"{late} AND status IN ('new', 'in_review')"
    assert 3 <= filled.one(at_desk, now) < 126 / 5


def test_reports_came_over_weeks(filled: Filled) -> None:
    came = [NOW - datetime.fromtimestamp(at, UTC) for (at,) in filled.ask(
        "SELECT received_at FROM reports")]  # fmt: skip
    assert max(came) > timedelta(days=18)
    assert min(came) < timedelta(hours=1)
    assert all(age >= timedelta(0) for age in came)
    assert len({age.days for age in came}) >= 12


def test_languages_priorities_and_kinds_are_mixed(filled: Filled) -> None:
    locales = dict(filled.ask("SELECT locale, count(*) FROM reports GROUP BY locale"))
    assert locales["vi"] > 90
    assert {"en", "fil", "th", "id", "km", "fr", "zh-Hans"} <= locales.keys()
    priorities = dict(filled.ask("SELECT priority, count(*) FROM reports GROUP BY priority"))
    assert priorities.keys() == {0, 1, 2, 3, 4}
    assert priorities[0] <= 10
    kinds = dict(filled.ask("SELECT category, count(*) FROM reports GROUP BY category"))
    assert len(kinds) >= 6
    assert max(kinds.values()) < 90


def test_the_log_is_whole_and_in_order(filled: Filled) -> None:
    settings = config.load_staff(filled.deployment.environ)
    with (
        connect(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=False) as db,
    ):
        assert audit.verify(db, verify=LogKeys(settings.manifest.log_signers).verify).ok
    times = [at for (at,) in filled.ask(
        "SELECT at FROM audit WHERE action LIKE 'case:%' ORDER BY sequence")]  # fmt: skip
    assert times == sorted(times)
    assert times[-1] <= NOW.timestamp()


def test_a_reporter_comes_back_and_reads(filled: Filled) -> None:
    settings = config.load_public(filled.deployment.environ)
    with connect(settings.database_url, settings.shred_url) as connection:
        intake = Intake(
            connection,
            settings.manifest,
            settings.routing,
            settings.receipt_salt,
            settings.receipt_pepper,
        )
        found = return_with(intake=intake, code=filled.code, now=NOW)
    assert found.replies
    assert all(one.text for one in found.replies)


@dataclass(frozen=True)
class Opened:
    locale: str
    audience: str
    answers: dict[str, str]


@pytest.fixture(scope="module")
def opened(filled: Filled) -> list[Opened]:
    """Every first filing, as those who hold every key read it."""
    keyring = Keyring(filled.deployment.keys.roles)
    settings = config.load_public(filled.deployment.environ)
    found = []
    rows = filled.ask("SELECT id, agency, locale, audience FROM reports")
    with (
        connect(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=False) as db,
    ):
        for report_id, agency, locale, audience in rows:
            texts: dict[str, str] = {}
            for part in Compartment:
                (first, *_) = envelopes.all_for(db, report_id=report_id, agency=agency)
                key = shred.get(db, shred_id=first.envelope.shred_id)
                opening = open_key(first.envelope, compartment=part, keyring=keyring, shred_key=key)
                texts |= open_fields(first.envelope, opening)
            found.append(Opened(locale, audience, texts))
    return found


def handles(one: Opened) -> list[SelectorRow]:
    rows = []
    for name in ("selectors", "payments"):
        answer = answer_from_text(QuestionType.SELECTORS, one.answers.get(name, ""))
        rows += [row for row in answer if isinstance(row, SelectorRow)]
    return rows


def test_a_dozen_offenders_stand_in_several_reports(opened: list[Opened]) -> None:
    """The same form, in different spellings, in reports of three languages."""
    spellings, locales = defaultdict(set), defaultdict(list)
    for one in opened:
        for row in handles(one):
            form = of_row(row, country=one.answers.get("country") or "VN")
            assert form is not None, row.value
            spellings[form].add((row.where, row.value))
            locales[form].append(one.locale)
    planted = [form for form, where in locales.items() if len(set(where)) >= 3]
    assert len(planted) >= 12
    assert all(len(locales[form]) >= 3 for form in planted)
    assert sum(len(spellings[form]) >= 2 for form in planted) >= 10


def test_stories_are_those_of_people(opened: list[Opened]) -> None:
    stories = [one.answers["story"] for one in opened if one.answers["story"]]
    assert len(stories) > 140
    assert len(set(stories)) > 70
    assert max(Counter(stories).values()) <= 8
    for story in stories:
        assert len(story) >= 10
        assert not any(word in story.lower() for word in ("lorem", "demo", "test", "example"))


SCRIPTS = {"th": "THAI", "km": "KHMER", "zh-Hans": "CJK"}


def test_texts_are_in_the_script_of_their_language() -> None:
    folder = Path(demo_data.__file__).parents[1] / "demo_files" / "words"
    for file in folder.glob("*.toml"):
        script = SCRIPTS.get(file.stem, "LATIN")
        text = "".join(
            line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")
        )
        if script == "LATIN":
            odd = [c for c in text if c.isalpha() and not unicodedata.name(c).startswith("LATIN")]
            assert not odd, (file.name, odd[:5])
        else:
            own = sum(unicodedata.name(c, "").startswith(script) for c in text)
            assert own > 200, file.name


def test_every_language_has_every_kind_of_text() -> None:
    scene, chance = load_scene(), random.Random(1)
    for language in scene.languages:
        for what in ("contact", "when"):
            assert scene.one_of(chance, language, what)
        for audience in (Audience.CHILD, Audience.CARER):
            for what in ("reply", "more"):
                assert scene.said_to_or_by(chance, audience, language, what)
            for category in ("sexual_extortion_money", "grooming", "fake_images", "other"):
                assert scene.story(chance, audience, language, category, {})


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20, 61, 1000])
def test_any_number_can_be_planned(count: int) -> None:
    plans = make_plans(count=count, chance=random.Random(count), scene=load_scene())
    assert [plan.number for plan in plans] == list(range(count))
    assert abs(sum(plan.has_code for plan in plans) - count * 0.7) <= 1
    assert abs(sum(plan.journey.is_thread for plan in plans) - count * 0.15) <= 3
    for plan in plans:
        assert plan.has_code or not plan.journey.is_thread
        after = [step.after for step in steps(plan, random.Random(1))]
        assert after[0] == timedelta(0)
        assert max(after) <= plan.age


def test_every_journey_is_in_the_plan_of_a_hundred() -> None:
    plans = make_plans(count=100, chance=random.Random(1), scene=load_scene())
    assert {plan.journey for plan in plans} == set(Journey)


def test_again_is_more_and_the_same_seed_is_the_same(original: Deployment, tmp_path: Path) -> None:
    def rows(deployment: Deployment) -> list[tuple]:
        with closing(sqlite3.connect(deployment.folder / "reports.sqlite3")) as plain:
            columns = "hex(id), agency, audience, locale, category, priority, status, received_at"
            return plain.execute(f"SELECT {columns} FROM reports ORDER BY id").fetchall()

    with (
        copy_deployment(original, tmp_path / "one") as one,
        copy_deployment(original, tmp_path / "two") as two,
    ):
        for deployment in (one, two):
            settings = config.load_public(deployment.environ)
            assert demo_data.fill(settings, count=12, seed=4, now=NOW).reports == 12
        assert rows(one) == rows(two)
        assert (
            demo_data.fill(config.load_public(one.environ), count=5, seed=4, now=NOW).reports == 5
        )
        assert len(rows(one)) == 17
        assert set(rows(two)) < set(rows(one))
