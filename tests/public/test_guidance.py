"""Pages to read: advice, sheets with a code to scan, and the way to other sites."""

from __future__ import annotations

import re

import pytest

from portal.domain.content.guidance import load_guidance
from portal.domain.content.service import load_services
from portal.public.external_sites import path_to, places
from portal.public.guidance import services
from tests.builders.sites import CheckedClient, Screen


@pytest.mark.parametrize("number", load_guidance().advice)
def test_advice_says_what_to_do_when(client: CheckedClient, number: int) -> None:
    screen = client.see(f"/en/n/{number}")
    page = load_guidance().advice[number]
    headings = [n.text for n in screen.main.all("h2")]
    assert headings[:3] == ["In the next 10 minutes", "Today", "This week"]
    assert "What happens if you tell us" in headings
    for text in (page.title, *page.lead, *page.now, *page.today, *page.week):
        assert text in screen.main.text
    assert ("Your safety comes first." in screen.main.text) == page.danger


def test_who_may_think_about_dying_is_not_told_to_lock_a_door(client: CheckedClient) -> None:
    with_others = "Go to another person now. Please don't stay alone."
    assert ("advice.toml", with_others) in set(load_guidance().msgids())
    ticks = client.press(client.press(client.see("/en/a"), "start"), happening=["other"])
    shown = client.press(ticks, safe_now=["no"], dangers=["suicide"])
    # Nor is who is pressed to do things on camera, where nobody else sees it.
    for screen in (client.see("/en/n/1"), client.see("/en/n/9"), ticks, shown, client.press(shown)):
        assert with_others in screen.main.text
        assert "lock the door" not in screen.main.text
    assert "lock the door" in client.press(ticks, safe_now=["no"]).main.text


def test_the_index_leads_to_every_page(client: CheckedClient) -> None:
    links = {n.get("href") for n in client.see("/en/n/").main.all("a")}
    assert {f"/en/n/{number}" for number in load_guidance().advice} <= links


@pytest.mark.parametrize("path", ["/en/n/99", "/en/9", "/en/0", "/en/go/nothing"])
def test_what_is_not_there_is_said_kindly(client: CheckedClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("number", load_guidance().sheets)
def test_a_sheet_says_everything_and_its_address(client: CheckedClient, number: int) -> None:
    screen = client.see(f"/vi/{number}")
    page = load_guidance().sheets[number]
    shown = screen.main.one("p", **{"class": "address"}).text
    assert shown == ("localhost/vi/" if page.id == "poster" else f"localhost/vi/{number}")
    assert "<svg" in client.get(f"/vi/{number}").text.split('<section class="share">')[1]
    assert "111" in screen.main.text
    assert len(screen.main.all("h2")) == len(page.sections)


def test_nothing_of_a_sheet_sets_a_cookie(client: CheckedClient) -> None:
    for path in ("/en/1", "/en/n/3", "/en/n/", "/en/"):
        assert "Set-Cookie" not in client.get(path).headers


def links_out(screen: Screen) -> list[str]:
    found = [n.get("href") for n in screen.all("a")]
    return [link for link in found if link and "//" in link]


def test_no_page_leads_out_but_the_one_that_says_so(client: CheckedClient) -> None:
    read = ["/en/", "/en/n/", "/en/back", "/en/a"]
    read += [f"/en/n/{n}" for n in load_guidance().advice]
    for path in read:
        assert links_out(client.see(path)) == [], path
    for key, place in places().items():
        screen = client.see(f"/en/go/{key}")
        assert links_out(screen) == [place.url]
        link = next(n for n in screen.all("a") if n.get("href") == place.url)
        assert link.get("rel") == "noopener noreferrer"
        assert place.host in screen.main.text


def test_the_address_of_that_page_does_not_tell_where(client: CheckedClient) -> None:
    client.see("/en/")
    with client.application.test_request_context("/en/"):
        for place in places().values():
            path = path_to(place.url)
            assert re.fullmatch(r"/en/go/[0-9a-f]{10}", path)


def test_only_what_stays_on_the_phone_is_said_to_stay(client: CheckedClient) -> None:
    stays = {one.url for one in load_services() if one.on_device}
    assert stays
    for key, place in places().items():
        said = "stay on your phone" in client.see(f"/en/go/{key}").main.text
        assert said == (place.url in stays), place.url


def test_services_fit_the_age_and_the_country(client: CheckedClient) -> None:
    with client.application.test_request_context("/en/n/5?help_country=GB"):
        child = [one.id for one in services(is_adult=False)]
        grown = [one.id for one in services(is_adult=True)]
    assert {"take_it_down", "report_remove"} <= set(child)
    assert "stopncii" not in child
    assert "stopncii" in grown
    with client.application.test_request_context("/en/n/5?help_country=VN"):
        assert "report_remove" not in [one.id for one in services(is_adult=False)]


def test_the_interruption_tells_the_truth_about_the_button(client: CheckedClient) -> None:
    text = client.see("/en/a").main.text
    for words in ("can't clear the history", "can't hide your screen", "presses Back may see"):
        assert words in text
    for browser in ("Chrome", "Safari", "Firefox", "Edge", "Samsung Internet"):
        assert browser in text


def test_after_sending_the_pages_that_fit_are_offered(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(screen, happening=["want_money", "threat_share"])
    screen = client.press(client.press(screen, "send"), "saved")
    links = [n.get("href") for n in screen.main.all("a")]
    assert "/en/n/3" in links
    assert "/en/n/4" in links
    assert "within 15 minutes" in screen.main.text
    assert "within 24 hours" in screen.main.text or "within 1 day" in screen.main.text
    assert "10 days" in screen.main.text
