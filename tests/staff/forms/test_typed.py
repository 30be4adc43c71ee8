"""What members type is read as they mean it, and what they see is what they typed."""

from __future__ import annotations

import base64
import html

import pytest

from portal.access import totp
from tests.staff.conftest import Desk, reading, sign_in, token

HIDDEN = "that can't be seen"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\v", "\f", "\x85"])
def test_a_reply_of_many_lines_hides_nothing(desk: Desk, report: str, end: str) -> None:
    client = reading(desk, "supervisor")
    text = f"First line.{end}{end}Second line."
    data = {"csrf_token": token(client.get("/account")), "text": text, "go": "preview"}
    page = html.unescape(client.post(f"/case/{report}/reply", data=data).text)
    assert "First line.\n\nSecond line." in page
    assert HIDDEN not in page
    assert "U+" not in page


def test_what_hides_in_a_reply_is_still_named(desk: Desk, report: str) -> None:
    client = reading(desk, "supervisor")
    data = {"csrf_token": token(client.get("/account")), "text": "a\u200bb\r\nc", "go": "preview"}
    page = html.unescape(client.post(f"/case/{report}/reply", data=data).text)
    assert HIDDEN in page
    assert "U+200B" in page


def test_a_member_signs_in_with_what_a_phone_pastes(own_desk: Desk) -> None:
    person = next(one for one in own_desk.people if one["member"] == "thu.auditor")
    code = totp.code_at(base64.b32decode(person["totp_secret"]), own_desk.clock())
    typed = {"code": f"{code[:3]}\u00a0- {code[3:]}\u200b", "member": " Thu.Auditor\u00a0"}
    answer = sign_in(own_desk.app.test_client(), person, **typed)
    assert answer.status_code == 303
    assert "desk=" in str(answer.headers.getlist("Set-Cookie"))
