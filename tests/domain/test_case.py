"""A case: its states, its moves, its short name."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import (
    CLOSE_REASONS,
    MOVES,
    OPEN,
    STATUSES,
    Status,
    check_move,
    moves_from,
    reference,
)
from portal.domain.errors import CaseError

ROLES = ("analyst", "supervisor", "custodian", "auditor", "administrator")


def reason_for(to: Status) -> str:
    return "resolved" if to is Status.CLOSED else "words"


@pytest.mark.parametrize(("status", "to"), [*itertools.product(Status, repeat=2)])
@pytest.mark.parametrize("role", ROLES)
def test_the_table_and_nothing_else(status, to, role):
    move = MOVES.get((status, to))
    if move and role in move.roles:
        check_move(status, to, role, reason_for(to))
        assert to in moves_from(status, role)
    else:
        with pytest.raises(CaseError, match=r"case\.move"):
            check_move(status, to, role, reason_for(to))
        assert to not in moves_from(status, role)


@pytest.mark.parametrize(("status", "to"), [move for move in MOVES if MOVES[move].needs_reason])
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_a_reason_is_asked_for(status, to, reason):
    with pytest.raises(CaseError, match=r"case\.reason"):
        check_move(status, to, "supervisor", reason)


def test_closing_takes_a_reason_of_the_list():
    for reason in CLOSE_REASONS:
        check_move(Status.IN_REVIEW, Status.CLOSED, "analyst", reason)
    with pytest.raises(CaseError, match=r"case\.reason"):
        check_move(Status.IN_REVIEW, Status.CLOSED, "analyst", "I felt like it")


def test_only_a_supervisor_pauses():
    with pytest.raises(CaseError):
        check_move(Status.IN_REVIEW, Status.PAUSED, "analyst", "words")
    check_move(Status.IN_REVIEW, Status.PAUSED, "supervisor", "words")


def test_every_state_can_be_left_and_all_but_new_reached_from_review():
    assert {status for status, _ in MOVES} == set(Status)
    assert {to for status, to in MOVES if status is Status.IN_REVIEW} | {Status.IN_REVIEW} == set(
        Status
    )
    assert set(Status) - OPEN == {Status.CLOSED}
    assert STATUSES.keys() == set(Status)


@given(st.binary(min_size=16, max_size=16))
def test_reference_has_sixty_bits_and_no_letters_that_look_alike(report_id):
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", reference(report_id))
    assert reference(report_id) == reference(report_id[:8])
    assert reference(report_id) != reference(bytes([report_id[0] ^ 1]) + report_id[1:])


def test_reference_is_steady():
    assert reference(bytes(16)) == "0000-0000-0000"
    assert reference(b"\xff" * 16) == "ZZZZ-ZZZZ-ZZZZ"
    assert reference(bytes.fromhex("0123456789abcdef")) == "04HM-ASW9-NF6Y"
