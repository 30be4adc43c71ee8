"""What Enter presses in a field: the first button of its form, which goes on and never deletes."""

from __future__ import annotations

from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, default_button, make_public
from tests.builders.telling import begin, to_page


def pressed(screen: Screen) -> str:
    """What the default button of the main form sends, or says where it sends nothing."""
    button = default_button(screen, screen.form)
    return button.get("value") or button.text


def test_enter_goes_on_from_every_page_of_the_site(deployment: Deployment) -> None:
    client = make_public(deployment, deletes_at_once=True).test_client()
    assert isinstance(client, CheckedClient)
    before = client.see("/en/a")
    assert pressed(before) == "start"
    rows = client.press(to_page(client, "selectors", begin(client)), "add_row")
    assert pressed(rows) == "next"
    wrong = client.press(begin(client))
    assert pressed(wrong) == "next"
    check = client.press(to_page(client, "contact", begin(client)))
    assert pressed(check) == "send"
    code = client.press(check, "send")
    assert pressed(code) == "saved"
    receipt = code.one("output", id="receipt").text
    assert pressed(client.press(code, "saved")) == "again"
    back = client.see("/en/back")
    assert pressed(back) == "Read our answer"
    thread = Screen(client.post("/en/back", data=back.fields() | {"code": [receipt]}))
    assert pressed(thread) == "add"
    assert pressed(client.press(thread, "delete")) == "keep"


def test_enter_is_for_the_fields_alone(client: CheckedClient) -> None:
    """The button that Enter presses is not met by Tab, nor read out beside the one that is seen."""
    screen = to_page(client, "selectors", begin(client))
    default = default_button(screen, screen.form)
    assert default.get("tabindex") == "-1"
    assert default.get("aria-hidden") == "true"
    seen = [b for b in screen.form.all("button") if b.get("value") == "next"]
    assert len(seen) == 1


def test_a_second_form_of_a_page_has_its_own(client: CheckedClient) -> None:
    for path in ("/en/", "/en/n/1", "/en/back"):
        screen = client.see(path)
        for form in screen.all("form"):
            if form.get("id") == "leave":
                assert default_button(screen, form).get("id") == "leave-button"
            elif form.get("method") == "get":
                assert default_button(screen, form).text == "Show"
