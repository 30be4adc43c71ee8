"""`helplines check`: it names what to verify, and fails when what is shown is too old."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from portal.domain.content.evidence import MAX_AGE, read_evidence
from portal.domain.content.helpline import Helpline, load_helplines
from portal.domain.content.service import load_services
from portal.operations import helplines_check
from portal.operations.command_line import main
from portal.operations.helplines_check import SOON, Matter, findings, gaps, served, table

DAY = date(2026, 11, 24)
READ_ON = [
    row.evidence.checked
    for row in (*load_helplines(), *load_services())
    if row.evidence.is_enough and row.evidence.checked
]
OLDEST, NEWEST = min(READ_ON), max(READ_ON)


def helpline(checked: str = "2026-11-06", confidence: str = "fair", kind: str = "helpline"):
    return Helpline(
        country="VN",
        kind=kind,
        name="111",
        phone="111",
        url="",
        languages=(),
        evidence=read_evidence("a page", checked, confidence),
    )


@pytest.mark.parametrize(
    ("age", "matter"),
    [
        (timedelta(days=-1), Matter.AHEAD),
        (timedelta(days=0), None),
        (MAX_AGE - SOON, None),
        (MAX_AGE - SOON + timedelta(days=1), Matter.AGEING),
        (MAX_AGE, Matter.AGEING),
        (MAX_AGE + timedelta(days=1), Matter.OLD),
    ],
)
def test_age(age, matter):
    found = list(findings([helpline(str(DAY - age))], [], on=DAY))
    assert [one.matter for one in found] == ([matter] if matter else [])


def test_hidden_rows_are_named_with_the_reason():
    rows = [helpline(""), helpline(confidence="low"), helpline("", "low")]
    found = [one.matter for one in findings(rows, [], on=DAY)]
    assert found == [Matter.UNDATED, Matter.UNSURE, Matter.UNSURE]


def test_countries_that_lack_something_are_named():
    lines = [helpline(), helpline("", kind="emergency")]
    found = {(one.matter, one.country) for one in gaps(lines, ["VN", "LA"])}
    assert found == {
        (Matter.NO_EMERGENCY, "VN"),
        (Matter.NO_EMERGENCY, "LA"),
        (Matter.NO_HELPLINE, "LA"),
    }


def test_the_table_says_where_to_look_and_since_when():
    head, row = table(findings([helpline("2025-01-01")], [], on=DAY))
    assert head.startswith("WHAT TO VERIFY")
    for part in ("too old", "VN", "helpline", "2025-01-01", "2026-02-05", "111 111", "(a page)"):
        assert part in row
    assert list(table([])) == []


def test_a_deployments_countries_are_its_own_and_its_agencies(tmp_path: Path):
    assert served(tmp_path) == frozenset()
    agencies = 'fallback = "a"\n[[agencies]]\nid = "a"\nname = "A"\ncountries = ["LA", "TH"]\n'
    (tmp_path / "agencies.toml").write_text(agencies)
    assert served(tmp_path) == {"LA", "TH"}


def check(*arguments: str) -> int:
    return main(["helplines", "check", *arguments])


def test_the_verb_looks_ahead_and_fails_the_day_a_shown_row_is_too_old(
    deployment, monkeypatch, capsys
):
    monkeypatch.setenv("PORTAL_INSTANCE", str(deployment.folder))
    assert check("--on", str(OLDEST + MAX_AGE)) == 0
    out = capsys.readouterr().out
    assert "old soon" in out
    assert "0 of them must be verified now" in out
    assert "no helpline             LA" in out, "the demo's second agency serves Laos"
    assert check("--on", str(OLDEST + MAX_AGE + timedelta(days=1))) == 1
    assert "too old, still shown" in capsys.readouterr().out


def test_the_rows_were_not_read_too_far_apart(monkeypatch, tmp_path, capsys):
    """Whoever renews some rows renews all: on the day of the newest, nothing shown is too old."""
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "nothing"))
    assert check("--on", str(NEWEST)) == 0
    assert check("--on", str(OLDEST - timedelta(days=1))) == 1
    assert f"{len(READ_ON)} of them must be verified now" in capsys.readouterr().out


def test_today_is_the_day_when_none_is_named_and_no_deployment_is_needed(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "nothing"))
    monkeypatch.setattr(helplines_check, "today", lambda: DAY)
    assert check() == check("--on", str(DAY))
    first, second = capsys.readouterr().out.split("must be verified now.\n")[:2]
    assert first == second
    assert str(DAY) in first
    assert re.search(r"Nothing is shown for \d+ countries: AC .* YE\.\n", first)


def test_a_day_that_is_none_is_a_wrong_call():
    with pytest.raises(SystemExit) as caught:
        check("--on", "soon")
    assert caught.value.code == 2
