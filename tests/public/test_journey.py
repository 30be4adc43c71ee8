"""The pages on which a child tells, walked as a browser without scripts walks them."""

from __future__ import annotations

import pytest

from portal.public.browser_seal import LIVES, RESTS
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, default_button
from tests.builders.telling import TOLD, begin, to_page


@pytest.mark.parametrize("door", ["a", "b", "c", "d"])
def test_every_door_leads_to_a_code(client: CheckedClient, door: str) -> None:
    screen = begin(client, door)
    screen = client.press(screen, **TOLD)
    for _ in range(12):
        if any(b.get("value") == "send" for b in screen.form.all("button")[:1]):
            break
        screen = client.press(screen)
    screen = client.press(screen, "send")
    assert len(screen.one("output", id="receipt").text.replace(" ", "")) == 20


def said(client: CheckedClient, door: str) -> list[str]:
    """What stands on each page of a door, up to the check."""
    screen = client.see(f"/en/{door}")
    found = [screen.main.text]
    screen = client.press(screen, "start")
    while not any(b.get("value") == "send" for b in screen.form.all("button")[:1]):
        found.append(screen.main.text)
        screen = client.press(screen, **(TOLD if len(found) == 2 else {}))
    return [*found, screen.main.text]


def test_two_doors_ask_the_same(client: CheckedClient) -> None:
    # So the walk of the browser looks at these pages of one of them only, in most languages.
    _, *asked = said(client, "b")
    assert len(asked) > 5
    assert said(client, "d")[1:] == asked


def test_send_now_is_on_every_page_from_the_first(client: CheckedClient) -> None:
    screen = client.press(begin(client), "send", **TOLD)
    assert screen.one("output", id="receipt").text


def test_enter_presses_next(client: CheckedClient) -> None:
    for door in ("a", "b", "c", "d"):
        screen = begin(client, door)
        while screen.heading != "Is this right?":
            assert default_button(screen, screen.form).get("value") == "next"
            screen = client.press(screen, **TOLD)
        assert default_button(screen, screen.form).get("value") == "send"


def test_the_first_question_wants_an_answer_and_says_so_twice(client: CheckedClient) -> None:
    screen = client.press(begin(client))
    alert = next(n for n in screen.main.all("div") if n.get("role") == "alert")
    assert any(link.get("href").startswith("#") for link in alert.all("a"))
    assert "Please" in alert.text


def test_what_shows_nothing_is_no_answer(client: CheckedClient) -> None:
    screen = to_page(client, "selectors", begin(client))
    screen = client.press(screen, **{"selectors-value": ["\u200b", "\u2800\u3164"]})
    screen = client.press(to_page(client, "story", screen), "next", story="\u200b \ufeff")
    screen = client.press(to_page(client, "contact", screen))
    assert screen.heading == "Is this right?"
    said = [n.text for n in screen.main.all("span") if n.get("class") == "said"]
    assert "no answer" in screen.main.text
    assert all(any(c.isalnum() for c in one) for one in said)


def test_a_returning_error_keeps_what_was_typed(client: CheckedClient) -> None:
    screen = to_page(client, "story", begin(client))
    long = "x " * 5000
    screen = client.press(screen, story=long)
    assert screen.one("textarea", name="story").element.text.strip() == long.strip()
    assert any(n.get("role") == "alert" for n in screen.main.all("div"))


def test_the_language_switch_keeps_what_was_not_yet_sent(client: CheckedClient) -> None:
    screen = to_page(client, "story", begin(client))
    switch = next(b for b in screen.all("button") if b.get("lang") == "vi")
    data = screen.fields() | {"story": "Half a sen", switch.get("name"): switch.get("value")}
    screen = Screen(client.post(switch.get("formaction") or "/en/a", data=data))
    assert screen.one("html").get("lang") == "vi"
    assert screen.one("textarea", name="story").text == "Half a sen"


def test_a_danger_shows_the_emergency_block_on_the_next_page(client: CheckedClient) -> None:
    screen = client.press(begin(client), **TOLD)
    quiet = client.press(screen)
    assert not shows_danger(quiet)
    assert shows_danger(client.press(screen, dangers=["meeting"]))


@pytest.mark.parametrize(
    ("field", "told", "first"),
    [
        ("safe_now", "dont_know", False),
        ("did", "threatened_to_harm", False),
        ("safe_now", "no", True),
    ],
)
def test_who_is_unsure_or_threatened_sees_the_steps_and_no_false_promise(
    client: CheckedClient, field: str, told: str, first: bool
) -> None:
    screen = to_page(client, field, begin(client))
    shown = client.press(screen, **{field: [told]})
    assert shows_danger(shown)
    later = client.press(shown)
    for page in (shown, later):
        assert "Call the emergency number where you are." in page.main.text
        assert ("A person reads your report before all other reports." in page.main.text) is first
    assert "before all other reports." not in screen.main.one("section", id="danger").text


def shows_danger(screen: Screen) -> bool:
    return any(
        node.get("class").split() == ["danger"] for node in screen.main.all("section", "div")
    )


def test_rows_can_be_added_without_scripts(client: CheckedClient) -> None:
    screen = to_page(client, "selectors", begin(client))
    name = next(n.get("name") for n in screen.form.all("input") if "value" in n.get("name"))
    before = len([n for n in screen.form.all("input") if n.get("name") == name])
    screen = client.press(screen, "add_row", **{name: ["mr.k", "mr.k2"][:before]})
    inputs = [n for n in screen.form.all("input") if n.get("name") == name]
    assert len(inputs) == before + 1
    assert inputs[0].get("value") == "mr.k"


def test_back_keeps_the_answers_of_both_pages(client: CheckedClient) -> None:
    screen = to_page(client, "story", begin(client))
    screen = client.press(screen, "back", story="Half")
    screen = client.press(screen)
    assert screen.one("textarea", name="story").text == "Half"


def test_hidden_questions_are_not_read_back(client: CheckedClient) -> None:
    screen = to_page(client, "contact", begin(client))
    screen = client.press(screen, contact=["code_only"], safe_contact="0900 000 000")
    assert "0900 000 000" not in screen.main.text
    again = client.press(screen, "edit:reach")
    assert "0900 000 000" not in client.press(again, contact=["code_only"]).main.text


def test_every_page_can_be_changed_from_the_check(client: CheckedClient) -> None:
    screen = to_page(client, "contact", begin(client))
    screen = client.press(screen)
    edits = [b.get("value") for b in screen.all("button") if b.get("value").startswith("edit:")]
    assert len(edits) == 7
    for edit in edits:
        assert client.press(screen, edit).form.all("button")


@pytest.mark.parametrize("wrong", ["", "x", "A" * 60, "AAAA" * 40_000])
def test_a_draft_that_was_touched_gets_a_kind_page(client: CheckedClient, wrong: str) -> None:
    screen = begin(client)
    data = screen.fields() | {"draft": wrong, "go": "next"}
    response = client.post("/en/a", data=data)
    assert response.status_code in (400, 413)
    assert "only works for some hours" in response.text or response.status_code == 413


def test_a_draft_opens_at_its_own_door_only(client: CheckedClient) -> None:
    data = begin(client, "a").fields() | {"go": "next"}
    assert client.post("/en/b", data=data).status_code == 400


def test_a_draft_opens_in_its_own_session_only(client: CheckedClient) -> None:
    draft = begin(client).fields()["draft"]
    client.delete_cookie("s")
    other = begin(client).fields() | {"draft": draft, "go": "next"}
    assert client.post("/en/a", data=other).status_code == 400


def test_a_page_that_waited_for_hours_is_shown_again_as_it_was_filled_in(
    client: CheckedClient, deployment: Deployment
) -> None:
    """A child puts the phone away when somebody comes in."""
    screen = client.press(to_page(client, "story", begin(client)))
    screen = client.press(screen, "back")
    data = screen.fields() | {"story": "He wrote again.", "go": "send"}
    deployment.clock.move(seconds=LIVES + 1)
    response = client.post("/en/a", data=data)
    stale = client.post("/en/a", data=data | {"csrf_token": "an hour old"})
    for answer in (response, stale):
        assert answer.status_code == 400
        again = Screen(answer)
        assert "still here" in again.main.text
        assert again.one("textarea", name="story").text == "He wrote again."
    assert client.press(again, "send").one("output", id="receipt").text


def test_after_a_night_a_page_is_forgotten(client: CheckedClient, deployment: Deployment) -> None:
    data = begin(client).fields() | {"go": "next"}
    deployment.clock.move(seconds=RESTS + 1)
    response = client.post("/en/a", data=data)
    assert response.status_code == 400
    assert "done nothing wrong" in response.text


def test_back_to_the_page_before_the_first_keeps_what_was_ticked(client: CheckedClient) -> None:
    before = client.press(begin(client), "back", **TOLD)
    again = client.resume(before)
    ticked = [n.get("value") for n in again.form.all("input") if n.element.get("checked") == ""]
    assert ticked == TOLD["happening"]


def test_the_language_can_be_changed_there_as_well(client: CheckedClient) -> None:
    before = client.press(begin(client), "back", **TOLD)
    switch = next(b for b in before.all("button") if b.get("lang") == "vi")
    data = before.fields() | {switch.get("name"): switch.get("value")}
    again = Screen(client.post(switch.get("formaction"), data=data))
    assert again.one("html").get("lang") == "vi"
    ticked = [n.get("value") for n in again.form.all("input") if n.element.get("checked") == ""]
    assert ticked == TOLD["happening"]


@pytest.mark.parametrize("go", ["next", "back"])
def test_a_tick_of_danger_is_answered_whatever_is_pressed(client: CheckedClient, go: str) -> None:
    screen = to_page(client, "dangers", begin(client))
    assert not shows_danger(screen)
    assert shows_danger(client.press(screen, go, dangers=["suicide"]))


def test_a_changed_page_leads_back_to_the_check(client: CheckedClient) -> None:
    screen = client.press(to_page(client, "contact", begin(client)))
    checked = screen.heading
    assert client.press(client.press(screen, "edit:about_you"), age=["10_12"]).heading == checked


def test_a_tool_that_only_sends_a_language_is_answered_in_it(client: CheckedClient) -> None:
    data = begin(client).fields() | {"happening": ["fake"], "language": ["vi"]}
    screen = Screen(client.post("/en/a", data=data))
    assert screen.one("html").get("lang") == "vi"
    assert screen.form.get("action") == "/vi/a"


def test_the_emergency_block_folds_on_later_pages(client: CheckedClient) -> None:
    screen = client.press(client.press(begin(client), **TOLD), safe_now=["no"])
    assert shows_danger(screen)
    later = client.press(screen)
    assert not shows_danger(later)
    assert [n for n in later.main.all("details") if n.get("class") == "danger"]


def test_the_longest_texts_of_any_script_come_through(client: CheckedClient) -> None:
    screen = to_page(client, "story", begin(client, "c"))
    story = "ภัย😀" * 5000
    screen = client.press(screen, story=story)
    assert story in client.press(screen, "back").one("textarea", name="story").text
