"""What a reporter adds later is seen at the desk: where the case stood, and that it is unread."""

from __future__ import annotations

import html
import os
from datetime import timedelta

from portal.followup.supplement import supplement
from portal.mailbox.reporter import ReporterKeys
from tests.staff.conftest import Desk, file_with_code, public, reading, token


def add(desk: Desk, keys: ReporterKeys, text: str = "Họ lại nhắn tin.") -> None:
    """Add something, some minutes from now: what is added is kept to the minute."""
    now = desk.clock() + timedelta(minutes=5)
    with public(desk) as intake:
        supplement(intake=intake, keys=keys, text=text, once=os.urandom(16), now=now)


def post(desk: Desk, report: str, deed: str, role: str = "supervisor", **data: str) -> str:
    """Do something with a case, and give the page that it leads to."""
    client = reading(desk, role)
    answer = client.post(
        f"/case/{report}/{deed}",
        data={"csrf_token": token(client.get("/account")), **data},
        follow_redirects=True,
    )
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def test_a_paused_case_says_so_when_the_reporter_brought_it_back(desk: Desk) -> None:
    report, keys = file_with_code(desk, "paused and woken")
    paused = {"from": "new", "to": "paused", "reason": "deconfliction", "filings": "1"}
    assert "the case stood at" not in post(desk, report, "move", **paused)
    add(desk, keys)
    page = html.unescape(reading(desk, "analyst").get(f"/case/{report}").text)
    head, _, timeline = page.partition("Timeline")
    stood = "Until the reporter wrote more, the case stood at:"
    assert f"{stood} <strong>Paused: another agency works on it</strong>" in head
    assert timeline.index("Paused: another agency") < timeline.index("the reporter wrote more")


NEWS = "New words from the reporter"


def test_new_words_are_marked_in_the_queue_and_on_the_case_until_they_are_opened(
    desk: Desk,
) -> None:
    report, keys = file_with_code(desk, "read, then added to")
    post(desk, report, "open/triage", "analyst", reason="working")
    client = reading(desk, "analyst")

    def marked() -> tuple[bool, bool]:
        row = next(
            row for row in client.get("/queue").text.split("<tr") if f"/case/{report}" in row
        )
        return NEWS in row, NEWS in client.get(f"/case/{report}").text

    assert marked() == (False, False)
    add(desk, keys, "He has a new account.")
    assert marked() == (True, True)
    assert "new account" not in client.get(f"/case/{report}").text
    page = post(desk, report, "open/triage", "analyst", reason="came_back")
    assert "He has a new account." in page
    assert marked() == (False, False)
