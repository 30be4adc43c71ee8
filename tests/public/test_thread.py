"""The thread: one order by time, a new safe contact, and deletion at once where it is allowed."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.receipt import normalise
from portal.intake.filing import Intake
from portal.mailbox.reporter import derive_keys
from portal.public.browser_seal import LIVES
from portal.public.followup import contact_problems, contact_questions
from portal.store import erasing, receipts, reports
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, make_public, time_at


@pytest.fixture
def at_once(deployment: Deployment) -> CheckedClient:
    client = make_public(deployment, deletes_at_once=True).test_client()
    assert isinstance(client, CheckedClient)
    return client


def tell(client: CheckedClient, door: str = "a") -> Screen:
    screen = client.press(client.see(f"/en/{door}"), "start")
    told = {"a": ["threat_share"], "b": ["threat_share"]}[door]
    return client.press(screen, "send", happening=told)


def file(client: CheckedClient, door: str = "a") -> str:
    return tell(client, door).one("output", id="receipt").text


def enter(client: CheckedClient, code: str) -> Screen:
    screen = client.see("/en/back")
    return Screen(client.post("/en/back", data=screen.fields() | {"code": [code]}))


@pytest.fixture
def screen(client: CheckedClient) -> Screen:
    return enter(client, file(client))


SAFE = {"contact": ["contact"], "safe_contact": ["Zalo 0900 111 222"], "safe_time": ["sau giờ học"]}


def test_a_new_safe_contact_is_taken_once(client: CheckedClient, screen: Screen) -> None:
    data = screen.fields() | SAFE | {"go": ["contact"]}
    for _ in range(2):
        after = Screen(client.post("/en/back", data=data))
        assert "We got your change" in after.main.text
        assert after.main.text.count("You changed how we may reach you.") == 1
        assert "0900 111 222" not in after.main.text


def test_two_changes_from_one_page_are_both_kept(client: CheckedClient, screen: Screen) -> None:
    """Somebody who goes back and corrects the number must not be told that it came in before."""
    data = screen.fields() | SAFE | {"go": ["contact"]}
    client.post("/en/back", data=data)
    after = Screen(client.post("/en/back", data=data | {"safe_contact": ["Zalo 0900 111 333"]}))
    assert after.main.text.count("You changed how we may reach you.") == 2


def test_the_wish_for_no_contact_needs_nothing_else(client: CheckedClient, screen: Screen) -> None:
    after = client.press(screen, "contact", contact=["code_only"])
    assert "We got your change" in after.main.text


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, "contact"),
        ({"contact": ["anything"]}, "contact"),
        ({"contact": ["dont_know"]}, "contact"),
        ({"contact": ["contact"], "safe_contact": [" "]}, "safe_contact"),
        ({"contact": ["contact"], "safe_contact": ["\u200b"]}, "safe_contact"),
        ({"contact": ["contact"], "safe_contact": ["x"], "safe_time": ["y" * 501]}, "safe_time"),
    ],
)
def test_a_mistake_is_named_above_and_at_its_field(
    client: CheckedClient, screen: Screen, sent: dict[str, list[str]], wrong: str
) -> None:
    data = screen.fields() | sent | {"more": ["She knows his school."], "go": ["contact"]}
    answer = client.post("/en/back", data=data)
    assert answer.status_code == 422
    after = Screen(answer)
    assert [a.get("href") for a in after.one("div", id="summary").all("a")] == [f"#q-{wrong}"]
    assert "Please" in after.one("p", id=f"p-{wrong}").text
    assert after.one("textarea", name="more").text == "She knows his school."
    opened = [one for one in after.all("details") if "open" in one.element.attrib]
    assert [one.all("textarea")[0].get("name") for one in opened] == ["safe_contact"]
    assert "You changed" not in after.main.text


def test_what_is_written_elsewhere_on_the_page_stays(client: CheckedClient, screen: Screen) -> None:
    more = {"more": ["She knows his school."]}
    after = client.press(screen, "contact", contact=["code_only"], **more)
    assert after.one("textarea", name="more").text == "She knows his school."
    after = client.press(after, "add", **more, **SAFE)
    assert after.one("textarea", name="safe_contact").text == SAFE["safe_contact"][0]
    assert after.one("textarea", name="more").text == ""


def test_the_enter_key_sends_the_contact_that_was_typed(
    client: CheckedClient, screen: Screen
) -> None:
    """Browsers press the first button of a form; an empty text is no mistake then."""
    after = client.press(screen, "add", **SAFE)
    assert "We got your change" in after.main.text


def test_carers_are_asked_in_their_own_words(client: CheckedClient) -> None:
    screen = enter(client, file(client, "b"))
    assert "that the person can't read" in screen.main.text.replace("’", "'")


@pytest.mark.parametrize(
    ("typed", "found"),
    [(("code_only", "", ""), {}), (("code_only", "x", "y" * 900), {}), (("contact", "x", ""), {})],
)
def test_what_is_right_has_no_problems(typed: tuple[str, str, str], found: dict[str, str]) -> None:
    names = ("contact", "safe_contact", "safe_time")
    assert contact_problems((), dict(zip(names, typed, strict=True))) == found


def test_deletion_at_once_takes_two_steps_and_ends_the_code(at_once: CheckedClient) -> None:
    code = file(at_once)
    asked = at_once.press(enter(at_once, code), "delete", more=["half a sen"])
    assert asked.heading == "Delete your report?"
    kept = at_once.press(asked, "keep")
    assert kept.one("textarea", name="more").text == "half a sen"
    done = at_once.press(at_once.press(kept, "delete"), "delete_now")
    assert done.heading == "Your report is deleted"
    gone = enter(at_once, code)
    assert "We don't find this code" in gone.main.text
    unknown = enter(at_once, "0" * 20)
    assert gone.main.text == unknown.main.text


def test_the_code_of_a_deleted_report_is_not_shown_again(at_once: CheckedClient) -> None:
    first, second = (tell(at_once) for _ in range(2))
    for shown, other in ((first, second), (second, None)):
        code = shown.one("output", id="receipt").text
        next_page = at_once.press(shown, "saved")
        at_once.press(at_once.press(enter(at_once, code), "delete"), "delete_now")
        for path in (shown.path, next_page.path):
            assert at_once.see(path).heading == "Come back with your code"
        assert other is None or at_once.see(other.path).one("output", id="receipt").text


def test_choosing_a_country_keeps_the_thread_and_what_is_typed(
    client: CheckedClient, screen: Screen
) -> None:
    after = client.press(screen, "stay", more=["half a sen"], help_country=["GB"])
    assert after.heading == "Your report"
    assert after.one("textarea", name="more").text == "half a sen"
    assert "0800 1111" in after.one("aside").text


def test_a_deleted_thread_cannot_be_used_from_another_page(at_once: CheckedClient) -> None:
    code = file(at_once)
    old = enter(at_once, code)
    at_once.press(at_once.press(enter(at_once, code), "delete"), "delete_now")
    for go in ("add", "contact", "delete", "delete_now", "keep"):
        data = old.fields() | SAFE | {"more": ["mr.k2"], "go": [go]}
        response = at_once.post("/en/back", data=data)
        assert response.status_code == 410
        assert Screen(response).heading == "Your code does not work any more"
        assert "mr.k2" in Screen(response).main.text


HALF_WRITTEN = {
    "more": ["mr.k2\nalso on Zalo"],
    "safe_time": ["sau giờ học"],
    "contact": ["contact"],
}


def as_typed(screen: Screen) -> bool:
    return HALF_WRITTEN.items() <= screen.fields().items()


def test_what_was_typed_outlives_the_hour_of_its_page(
    client: CheckedClient, deployment: Deployment
) -> None:
    code = file(client)
    screen = enter(client, code)
    deployment.clock.move(seconds=LIVES + 1)
    response = client.post("/en/back", data=screen.fields() | HALF_WRITTEN | {"go": ["add"]})
    assert response.status_code == 400
    asked = Screen(response)
    assert "not sent yet" in asked.main.text
    shown = Screen(client.post("/en/back", data=asked.fields() | {"go": ["stay"]}))
    other = Screen(client.post("/vi/back", data=shown.fields() | {"language": ["vi"]}))
    assert other.one("html").get("lang") == "vi"
    wrong = Screen(client.post("/en/back", data=other.fields() | {"code": ["123"]}))
    again = Screen(client.post("/en/back", data=wrong.fields() | {"code": [code]}))
    assert as_typed(again)
    assert "You told us more." not in again.main.text


def test_a_stale_token_loses_nothing_in_the_thread(client: CheckedClient, screen: Screen) -> None:
    data = screen.fields() | HALF_WRITTEN | {"csrf_token": ["stale"], "go": ["add"]}
    response = client.post("/en/back", data=data)
    assert response.status_code == 400
    assert as_typed(Screen(response))


def test_nothing_of_another_session_is_shown_again(client: CheckedClient, screen: Screen) -> None:
    """Whoever presses Back after somebody left sends the form again."""
    asked = client.see("/en/back")
    sent = screen.fields() | HALF_WRITTEN | {"go": ["add"]}
    code = asked.fields() | {"code": ["4242 4242"]}
    client.post("/en/leave")
    fresh = client.see("/en/back").fields()["csrf_token"]
    for data in (sent, sent | {"csrf_token": fresh}, sent | {"thread": ["x"]}, code):
        for rest in ({}, {"language": ["en"]}, {"go": ["stay"]}):
            response = client.post("/en/back", data=data | rest)
            assert response.status_code == 400
            assert not [text for text in ("mr.k2", "giờ học", "4242") if text in response.text]
            assert "not sent yet" not in response.text


def test_a_stale_token_is_counted_too(client: CheckedClient, screen: Screen, app: Flask) -> None:
    app.config["PORTAL_RATE_LOOKUPS"] = "3 per hour"
    data = screen.fields() | HALF_WRITTEN | {"csrf_token": ["stale"]}
    found = [client.post("/en/back", data=data).status_code for _ in range(5)]
    assert found[-1] == 429


def test_a_flood_of_codes_does_not_close_an_open_thread(
    client: CheckedClient, screen: Screen, app: Flask
) -> None:
    """All of Tor is one address: who floods it must not keep a child from writing back."""
    app.config["PORTAL_RATE_LOOKUPS"] = "1 per hour"
    wrong = client.see("/en/back").fields() | {"code": ["1"]}
    assert [client.post("/en/back", data=wrong).status_code for _ in range(2)] == [422, 429]
    again = client.press(screen, "add", more="He is back.")
    assert "We got what you added" in again.main.text


def test_too_many_pages_lose_nothing_in_the_thread(
    client: CheckedClient, screen: Screen, app: Flask
) -> None:
    app.config["PORTAL_RATE_PAGES"] = "1 per hour"
    for _ in range(3):
        response = client.post("/en/back", data=screen.fields() | HALF_WRITTEN | {"go": ["add"]})
    assert response.status_code == 429
    app.config["PORTAL_RATE_PAGES"] = "100 per hour"
    assert as_typed(client.resume(Screen(response)))


def test_a_picture_is_refused_and_the_words_beside_it_stay(
    client: CheckedClient, screen: Screen
) -> None:
    written = {"more": ["He wrote again. data:image/png;base64,AAAA Look!"]}
    response = client.post("/en/back", data=screen.fields() | written | {"go": ["add"]})
    assert response.status_code == 415
    again = client.resume(Screen(response))
    assert again.heading == "Your report"
    assert again.main.one("textarea", name="more").text.split() == [
        "He",
        "wrote",
        "again.",
        "Look!",
    ]


def test_the_desk_decides_unless_the_deployment_says_otherwise(client: CheckedClient) -> None:
    """What a form sends decides nothing."""
    code = file(client)
    screen = enter(client, code)
    answer = client.post("/en/back", data=screen.fields() | {"go": ["delete_now"]})
    assert answer.status_code == 200
    again = enter(client, code)
    assert again.heading == "Your report"
    assert "asked us to delete" not in again.main.text


def test_nothing_is_deleted_by_looking(at_once: CheckedClient) -> None:
    code = file(at_once)
    at_once.press(enter(at_once, code), "delete")
    assert enter(at_once, code).heading == "Your report"


def test_deletion_by_the_reporter_leaves_a_tombstone(at_once: CheckedClient) -> None:
    code = file(at_once)
    intake: Intake = at_once.application.extensions["portal.intake"]
    keys = derive_keys(normalise(code), salt=intake.salt, pepper=intake.pepper)
    with intake.connection.begin(write=False) as db:
        receipt = receipts.find(db, token_hash=keys.token_hash, now=time_at(at_once.application))
        row = receipt and reports.get(db, report_id=receipt.report_id)
    assert row
    at_once.press(at_once.press(enter(at_once, code), "delete"), "delete_now")
    with intake.connection.begin(write=False) as db:
        assert receipts.for_report(db, report_id=row.id) is None
        stone = erasing.find(db, report_id=row.id, agency=row.agency)
    assert stone is not None
    assert stone.by == erasing.REPORTER


TYPED = st.fixed_dictionaries(
    {
        "contact": st.sampled_from(["", "contact", "code_only", "dont_know"]) | st.text(),
        "safe_contact": st.text(max_size=3) | st.integers(0, 4000).map("x".__mul__),
        "safe_time": st.text(max_size=3) | st.integers(0, 4000).map("x".__mul__),
    }
)


@given(TYPED, st.sampled_from(["child", "carer", "professional"]))
def test_whatever_is_typed_is_taken_or_named(typed: dict[str, str], audience: str) -> None:
    found = contact_problems(contact_questions(audience), typed)
    assert set(found.values()) <= {"required", "too_long"}
    if not found and typed["contact"] == "contact":
        assert typed["safe_contact"].strip()
        assert len(typed["safe_contact"]) + len(typed["safe_time"]) < 20_000
    assert bool(found) or typed["contact"] in ("contact", "code_only")


def test_the_same_page_sent_after_deletion_is_a_new_report(at_once: CheckedClient) -> None:
    page = at_once.press(at_once.press(at_once.see("/en/a"), "start"), happening=["fake"])
    first = at_once.press(page, "send").main.one("output").text
    asked = at_once.press(enter(at_once, first), "delete")
    at_once.press(asked, "delete_now")
    second = at_once.press(page, "send").main.one("output").text
    assert second != first
    assert "Nobody has read it yet" in enter(at_once, second).main.text
    assert at_once.press(page, "send").main.one("output").text == second


def test_who_added_something_is_not_told_that_nobody_has_read_anything(
    client: CheckedClient, screen: Screen
) -> None:
    assert "Nobody has read it yet" in screen.main.text
    added = client.press(screen, "add", more="He is back.")
    assert "A person will read it" in added.main.text
    assert "Nobody has read it yet" not in added.main.text


def test_who_asks_for_deletion_is_not_told_that_nobody_has_read_anything(
    client: CheckedClient, screen: Screen
) -> None:
    """The wish brings a case that was read back to the desk."""
    asked = client.press(screen, "delete")
    assert "A person decides about it" in asked.main.text
    assert "Nobody has read it yet" not in asked.main.text
