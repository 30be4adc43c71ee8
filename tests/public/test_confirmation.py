"""A report is filed once, whatever is pressed twice, and its code is shown until it is saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask, session
from sqlalchemy import text

from portal.domain.receipt import normalise
from portal.intake import filing
from portal.public.browser_seal import seal, unseal
from portal.store.engine import Connection
from portal.web.database import current_connection
from tests.builders.sites import CheckedClient, Screen
from tests.builders.telling import begin, to_page

TOLD = {"happening": ["threat_share"]}


def filed(app: Flask) -> int:
    with app.app_context():
        connection: Connection = current_connection()
    with connection.reports.connect() as reports:
        return len(list(reports.execute(text("SELECT id FROM reports"))))


def ready(client: CheckedClient) -> dict[str, list[str]]:
    """Everything that Send sends."""
    screen = client.press(client.see("/en/a"), "start")
    return screen.fields() | TOLD | {"go": ["send"]}


def send(client: CheckedClient, data: dict[str, list[str]] | None = None) -> Screen:
    """Send, and see the page of the code."""
    return Screen(client.post("/en/a", data=data or ready(client), follow_redirects=True))


def code_on(screen: Screen) -> str:
    return screen.one("output", id="receipt").text


def test_sending_answers_with_see_other(client: CheckedClient, app: Flask) -> None:
    response = client.post("/en/a", data=ready(client))
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/en/sent/")
    assert filed(app) == 1


def test_a_second_click_files_nothing_and_shows_the_same_code(
    client: CheckedClient, app: Flask
) -> None:
    data = ready(client)
    codes = set()
    for _ in range(3):
        codes.add(code_on(send(client, data)))
    assert len(codes) == 1
    assert filed(app) == 1


def test_nothing_is_stored_before_sending(client: CheckedClient, app: Flask) -> None:
    ready(client)
    assert filed(app) == 0


def test_a_reload_of_the_code_page_shows_the_code_again(client: CheckedClient) -> None:
    first = send(client)
    assert code_on(client.see(first.path)) == code_on(first)
    assert normalise(code_on(first))


def test_a_saved_code_is_put_away(client: CheckedClient) -> None:
    shown = send(client)
    after = client.press(shown, "saved")
    assert code_on(shown) not in after.text
    assert "What to do now" in after.text
    assert code_on(client.press(after, "again")) == code_on(shown)


def test_two_reports_of_one_session_have_two_codes(client: CheckedClient, app: Flask) -> None:
    codes = set()
    for _ in range(2):
        codes.add(code_on(send(client)))
    assert len(codes) == 2
    assert filed(app) == 2


def test_without_a_report_there_is_no_code(client: CheckedClient) -> None:
    assert client.see("/en/sent").heading == "Come back with your code"


def test_what_a_hidden_question_was_told_is_not_filed(
    client: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(
        filing,
        "seal_report",
        lambda **named: seen.extend(field.text for field in named["plain"]) or _stop(),
    )
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, **TOLD)
    while not any(n.get("name") == "contact" for n in screen.form.all("input")):
        screen = client.press(screen)
    data = screen.fields() | {
        "contact": ["code_only"], "safe_contact": ["0900000000"], "go": ["send"],
    }  # fmt: skip
    client.post("/en/a", data=data)
    assert "code_only" in seen
    assert "0900000000" not in seen


def _stop(**_: object) -> None:
    raise OSError


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"happening": ["want_money"]}, "Do not pay"),
        ({"happening": ["threat_share"]}, "Do not send any more"),
        ({"happening": ["shared"]}, "Take It Down"),
        ({"happening": ["other"]}, "Keep the chat"),
        ({"happening": ["other"]}, "Tell an adult you trust"),
    ],
)
def test_what_to_do_is_chosen_by_the_answers(
    client: CheckedClient, answers: dict[str, list[str]], words: str
) -> None:
    shown = send(client, ready(client) | answers)
    assert words in client.press(shown, "saved").main.text


def test_who_is_over_18_is_sent_to_another_service(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, happening=["shared"])
    screen = client.press(screen)
    after = client.press(client.press(screen, "send", age=["18_plus"]), "saved")
    offered = [n.text for n in after.main.all("a") if n.text.startswith(("StopNCII", "Take It"))]
    assert len(offered) == 2, "who was under 18 in the picture finds help too"


def test_no_typed_word_reaches_the_disk(
    client: CheckedClient, deployment: object, tmp_path: Path
) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, **TOLD)
    while not any(n.get("name") == "story" for n in screen.form.all("textarea")):
        screen = client.press(screen)
    client.press(screen, "send", story="Quokka-canary")
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"Quokka-canary" not in everything


def test_what_was_changed_after_sending_is_not_lost_silently(
    client: CheckedClient, app: Flask
) -> None:
    data = ready(client)
    client.post("/en/a", data=data)
    screen = Screen(client.post("/en/a", data=data | {"happening": ["shared", "fake"]}))
    assert screen.heading == "You have sent this already"
    assert filed(app) == 1
    ticked = [
        n.get("value")
        for n in client.resume(screen).form.all("input")
        if n.element.get("checked") is not None
    ]
    assert ticked == ["shared", "fake"]


def to_the_code(screen: Screen) -> str:
    """Where the page of what was sent before leads to."""
    return next(a.get("href") for a in screen.main.all("a") if a.text == "To my code")


def test_a_change_is_told_apart_also_when_the_first_answer_never_came(
    client: CheckedClient, app: Flask
) -> None:
    """The network broke: the browser has no cookie that would know what was sent."""
    data = ready(client)
    with client.session_transaction() as before:
        kept = dict(before)
    client.post("/en/a", data=data)
    with client.session_transaction() as lost:
        lost.clear()
        lost.update(kept)
    screen = Screen(client.post("/en/a", data=data | {"happening": ["shared"]}))
    assert screen.heading == "You have sent this already"
    assert code_on(client.see(to_the_code(screen))) == code_on(send(client, data))
    assert filed(app) == 1


def test_a_change_is_told_apart_after_another_report(client: CheckedClient, app: Flask) -> None:
    first = ready(client)
    client.post("/en/a", data=first)
    client.post("/en/a", data=ready(client))
    screen = Screen(client.post("/en/a", data=first | {"happening": ["shared"]}))
    assert screen.heading == "You have sent this already"
    assert filed(app) == 2


def test_nothing_is_promised_for_a_danger_that_was_not_sent(client: CheckedClient) -> None:
    screen = to_page(client, "dangers", begin(client))
    client.press(screen, "send", safe_now=["yes"])
    changed = client.press(screen, "send", safe_now=["no"])
    assert changed.heading == "You have sent this already"
    for page in (changed, client.see(to_the_code(changed))):
        assert [n for n in page.main.all("section") if "danger" in n.get("class").split()]
        assert "before all other reports" not in page.main.text


def test_a_session_of_an_earlier_release_still_shows_its_code(
    client: CheckedClient, app: Flask
) -> None:
    """It kept one report in the session, under one address; the one before noted less of it."""
    shown = send(client)
    with client.session_transaction() as kept:
        known = dict(kept)
    noted: dict[str, object] = {
        "door": "a",
        "advised": {"lines": ["no_more"], "pages": [1], "is_adult": None},
        "agency": "vn-hotline",
        "saved": False,
    }
    newer = {"audience": "child", "dangers": [], "comes_first": False}
    for more in ({}, newer):
        with app.test_request_context():
            session.update(known)
            plain = json.loads(unseal(shown.path.split("/")[-1], purpose="sent"))
            sealed = seal(json.dumps(noted | more | {"submission": plain[0]}), purpose="sent")
        with client.session_transaction() as kept:
            kept["sent"] = sealed
        old = client.see("/en/sent")
        assert code_on(old) == code_on(shown)
        data = old.fields() | {"go": ["saved"]}
        after = Screen(client.post("/en/sent", data=data, follow_redirects=True))
        assert "What to do now" in after.text


def test_a_code_that_was_looked_at_for_an_hour_is_shown_again(client: CheckedClient) -> None:
    screen = send(client)
    response = client.post(screen.path, data={"csrf_token": "an hour old", "go": "saved"})
    assert response.status_code == 303
    assert code_on(client.see(response.headers["Location"])) == code_on(screen)


@pytest.mark.parametrize(
    ("told", "is_alone"), [("suicide", True), ("meeting", False), ("told_to_hurt", True)]
)
def test_who_sends_from_danger_sees_what_to_do_and_a_number(
    client: CheckedClient, told: str, is_alone: bool
) -> None:
    screen = to_page(client, "dangers", begin(client))
    code = client.press(screen, "send", dangers=[told])
    for page in (code, client.press(code, "saved")):
        block = next(n for n in page.main.all("section") if "danger" in n.get("class").split())
        assert any(link.get("href") == "tel:113" for link in block.all("a"))
        assert ("lock the door" not in block.text) == is_alone


def test_who_sends_from_safety_sees_no_emergency(client: CheckedClient) -> None:
    screen = send(client)
    assert not [n for n in screen.main.all("section") if "danger" in n.get("class").split()]


def test_a_failure_while_sending_offers_the_answers_again(
    client: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ready(client)
    with monkeypatch.context() as broken:
        broken.setattr(filing, "seal_report", _stop)
        response = client.post("/en/a", data=data)
    assert response.status_code == 500
    screen = client.resume(Screen(response))
    assert client.press(screen, "send").one("output", id="receipt").text


def test_a_form_without_a_button_means_its_first_one(client: CheckedClient) -> None:
    """Some browsers and machines send a form without naming the button that was pressed."""
    screen = client.press(client.see("/en/a"), "start")
    for _ in range(12):
        data = screen.fields() | ({"happening": ["other"]} if "happening" in screen.text else {})
        data.pop("go", None)
        answer = client.post("/en/a", data=data)
        if answer.status_code == 303:
            break
        screen = Screen(answer)
    assert answer.headers["Location"].startswith("/en/sent/")


def test_nobody_near_the_offender_is_told_to_block_or_collect(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, happening=["shared"])
    while not any(n.get("name") == "who" for n in screen.form.all("input")):
        screen = client.press(screen)
    after = client.press(client.press(screen, "send", who=["at_home"]), "saved")
    for words in ("block them", "Take screenshots", "Stop answering"):
        assert words not in after.main.text
