"""The help block: the numbers of the country that a person chose, the same place everywhere."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from portal.domain.content.helpline import EVERYWHERE, load_helplines
from portal.public.help_block import by_country
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, Screen, make_public
from tests.builders.telling import begin, to_page

PAGES = ["/en/", "/en/a", "/en/b", "/en/back", "/en/1", "/en/nowhere"]


def help_of(screen: Screen) -> str:
    return screen.one("aside").text


@pytest.mark.parametrize("path", PAGES)
def test_it_stands_after_the_content_of_every_page(client: CheckedClient, path: str) -> None:
    screen = client.see(path)
    order = [n.element.tag for n in screen.all("main", "aside")]
    assert order == ["main", "aside"]
    assert "111" in help_of(screen)


def test_the_country_is_chosen_and_kept(client: CheckedClient) -> None:
    client.see("/en/a")
    assert "0800 1111" in help_of(client.see("/en/a?help_country=GB"))
    assert "0800 1111" in help_of(client.see("/en/back"))


def choose(client: CheckedClient, screen: Screen, country: str) -> Screen:
    """Choose a country in the help block of a page to read, and press the button there."""
    form = next(f for f in screen.one("aside").all("form"))
    assert form.get("method") == "get"
    assert not form.get("action")
    return client.see(f"{screen.path}?help_country={country}")


@pytest.mark.parametrize("path", ["/en/", "/en/n/", "/en/n/1", "/en/1", "/en/nowhere"])
def test_a_country_chosen_before_the_first_door_is_kept(client: CheckedClient, path: str) -> None:
    assert "911" in help_of(choose(client, client.see(path), "PH"))
    landing = client.see("/en/")
    language = landing.one("nav", **{"class": "languages"}).one("a", lang="vi").get("href")
    for later in (language, "/en/", "/en/n/", "/vi/n/1", "/en/back"):
        assert "911" in help_of(client.see(later)), later
    ticks = client.press(client.press(client.see("/en/a"), "start"), happening=["other"])
    bar = ticks.main.one("p", **{"class": "bar when-ticked"})
    assert "911" in bar.text
    assert "113" not in ticks.main.text
    shown = client.press(ticks, safe_now=["no"], dangers=["suicide"])
    assert "911" in shown.main.text
    assert "113" not in shown.main.text


def test_nothing_is_kept_of_who_chose_nothing(client: CheckedClient) -> None:
    for path in ("/en/", "/en/n/1", "/en/1", "/en/?help_country=VN", "/en/?help_country=xx"):
        assert "Set-Cookie" not in client.get(path).headers, path
    ticks = client.press(client.press(client.see("/en/a"), "start"), happening=["other"])
    assert ticks.fields()["help_country"] == ["VN"]
    assert client.get_cookie("c") is None


def test_the_choice_lives_in_a_cookie_that_scripts_and_other_sites_never_see(
    client: CheckedClient,
) -> None:
    cookie = client.get("/en/?help_country=PH").headers["Set-Cookie"]
    assert cookie.startswith("c=PH;")
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} == set(cookie.split("; ")[1:])


def test_over_tls_the_cookie_is_bound_to_the_host_and_taken_back(deployment: Deployment) -> None:
    client = make_public(deployment, https=True).test_client()
    base = "https://portal.example"
    kept = client.get("/en/?help_country=PH", base_url=base).headers["Set-Cookie"]
    left = client.post("/en/leave", base_url=base).headers.getlist("Set-Cookie")
    gone = next(cookie for cookie in left if cookie.startswith("__Host-c="))
    assert kept.startswith("__Host-c=PH;")
    assert gone.startswith("__Host-c=;")
    for cookie in (kept, gone):
        assert {"Secure", "Path=/", "HttpOnly"} <= set(cookie.split("; "))


@pytest.mark.parametrize("made_up", ["QQ", "ZZ", "ph", "P", "<b>", "PHL"])
def test_what_is_no_country_is_neither_kept_nor_repeated(
    client: CheckedClient, made_up: str
) -> None:
    asked = client.get("/en/", query_string={"help_country": made_up})
    assert asked.text == client.get("/en/").text
    client.set_cookie("c", made_up)
    assert client.get("/en/").text == asked.text


def test_a_choice_takes_nobodys_answers_away(client: CheckedClient) -> None:
    """A link of another site comes without our cookies: the session must not begin anew."""
    screen = client.press(client.see("/en/a"), "start")
    elsewhere = client.application.test_client()
    for cookie in elsewhere.get("/en/?help_country=PH").headers.getlist("Set-Cookie"):
        name, _, value = cookie.split(";")[0].partition("=")
        client.set_cookie(name, value)
    assert client.press(screen, happening=["other"]).heading != "This page waited too long"


def test_a_choice_on_the_last_page_is_kept_too(client: CheckedClient) -> None:
    screen = client.press(client.press(client.see("/en/a"), "start"), "check", happening=["fake"])
    client.press(screen, "send", help_country=["GB"])
    assert "0800 1111" in help_of(client.see("/en/"))


def test_leaving_forgets_the_country(client: CheckedClient) -> None:
    client.see("/en/?help_country=PH")
    client.see("/en/a")
    client.post("/en/leave")
    assert client.get_cookie("c") is None
    assert client.get_cookie("s") is None
    assert "911" not in help_of(client.see("/en/"))


def test_another_site_cannot_make_a_country_forgotten(client: CheckedClient) -> None:
    client.see("/en/?help_country=PH")
    client.post("/en/leave", headers={"Sec-Fetch-Site": "cross-site"})
    assert "911" in help_of(client.see("/en/"))


def test_choosing_a_country_keeps_what_is_typed(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    data = screen.fields() | {"happening": ["fake"], "help_country": ["GB"], "go": ["stay"]}
    screen = Screen(client.post("/en/a", data=data))
    assert "0800 1111" in help_of(screen)
    ticked = [n for n in screen.form.all("input") if n.element.get("checked") is not None]
    assert [n.get("value") for n in ticked] == ["fake"]


def test_choosing_a_country_keeps_the_answers_that_are_checked(client: CheckedClient) -> None:
    screen = client.press(client.press(client.see("/en/a"), "start"), "check", happening=["fake"])
    assert screen.one("aside").one("select").get("form") == "answers"
    screen = client.press(screen, "stay", help_country=["GB"])
    assert screen.heading == "Is this right?"
    assert "Someone made fake pictures of me." in screen.main.text
    assert "0800 1111" in help_of(screen)


def test_the_answer_to_the_country_question_moves_it(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(client.press(screen, happening=["fake"]))
    screen = client.press(screen, country=["GB"])
    assert "0800 1111" in help_of(screen)


def test_a_country_without_numbers_never_becomes_another_one(client: CheckedClient) -> None:
    screen = client.press(client.see("/en/a"), "start")
    screen = client.press(client.press(screen, happening=["fake"]))
    screen = client.press(screen, country=["IQ"])
    assert screen.fields()["help_country"] == ["IQ"]
    assert "These numbers are for" not in help_of(client.press(screen))


def test_every_country_can_be_chosen_in_every_language(client: CheckedClient) -> None:
    home = {line.country for line in load_helplines()} - {EVERYWHERE}
    for language in ("en", "vi"):
        options = client.see(f"/{language}/").one("aside").all("option")
        offered = {option.get("value"): option.text for option in options}
        assert len(offered) == len(options) == len(set(offered.values())) > 240
        assert all(offered.values())
        assert home <= set(offered)
        # Without any number: of the Arab League, in Africa, in Europe, in Asia, in the Pacific.
        assert {"IQ", "LY", "SO", "YE", "AO", "GA", "RS", "UZ", "KP", "PG"} <= set(offered)


def test_a_place_that_shares_its_countrys_numbers_is_not_said_to_have_none(
    client: CheckedClient,
) -> None:
    offered = {o.get("value") for o in client.see("/en/").one("aside").all("option")}
    assert "ES" in offered
    assert not {"IC", "EA", "AQ"} & offered


def test_a_country_without_numbers_leads_to_helpers_of_the_world(client: CheckedClient) -> None:
    shown = client.see("/en/?help_country=YE").one("aside")
    assert "We know no number there yet." in shown.text
    assert not [a for a in shown.all("a") if a.get("href").startswith("tel:")]
    assert len([a for a in shown.all("a") if "/go/" in a.get("href")]) == 2


def test_the_browsers_language_says_nothing_about_the_country(client: CheckedClient) -> None:
    here = client.get("/en/", headers={"Accept-Language": "en-GB"})
    assert "0800 1111" not in help_of(Screen(here))


def test_every_row_is_dated_and_sourced() -> None:
    text = resources.files("portal.content").joinpath("helplines.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) > 70
    assert all(row["source"] and row["confidence"] for row in rows)
    assert all(row["phone"] or row["url"] for row in rows)


def test_what_we_are_not_sure_of_is_not_shown() -> None:
    shown = {line.name for lines in by_country().values() for line in lines}
    assert "NCMEC CyberTipline" not in shown
    assert "Childline" in shown


def look_at_a_site(client: CheckedClient, screen: Screen, **typed: str) -> Screen:
    """Press the first site of the help block."""
    button = next(b for b in screen.one("aside").all("button") if b.get("name") == "elsewhere")
    data = screen.fields() | typed | {"elsewhere": button.get("value")}
    return Screen(client.post(screen.form.get("action"), data=data))


def test_a_look_at_the_site_of_a_helpline_loses_no_word(client: CheckedClient) -> None:
    screen = to_page(client, "story", begin(client))
    leaving = look_at_a_site(client, screen, story="He is com")
    assert leaving.heading == "You are leaving this site"
    assert "He is com" not in leaving.text
    again = client.resume(leaving)
    assert again.heading == screen.heading
    assert again.one("textarea", name="story").text == "He is com"


def test_a_look_at_a_site_loses_no_word_of_the_thread(client: CheckedClient) -> None:
    code = client.press(begin(client), "send", happening=["fake"])
    asked = client.see("/en/back")
    told = code.one("output", id="receipt").text
    thread = Screen(client.post("/en/back", data=asked.fields() | {"code": told}))
    leaving = look_at_a_site(client, thread, more="He wrote")
    assert leaving.heading == "You are leaving this site"
    assert client.resume(leaving).one("textarea", name="more").text == "He wrote"


def test_a_site_that_nobody_named_is_not_led_to(client: CheckedClient) -> None:
    screen = begin(client)
    data = screen.fields() | {"elsewhere": "https://evil.example"}
    assert client.post("/en/a", data=data).status_code == 404


def test_numbers_can_be_looked_up_before_the_first_question(client: CheckedClient) -> None:
    screen = choose(client, client.see("/en/a"), "GB")
    assert "0800 1111" in help_of(screen)
    assert screen.form.one("button").get("value") == "start"


@pytest.mark.parametrize(
    ("country", "number"), [("VN", "113"), ("LA", "191"), ("BR", "190"), ("AU", "000")]
)
def test_an_emergency_number_can_be_dialled_in_the_country_that_was_chosen(
    client: CheckedClient, country: str, number: str
) -> None:
    help_block = client.see(f"/en/?help_country={country}").one("aside")
    assert "Emergency" in help_block.text
    links = [link.get("href") for link in help_block.all("a")]
    assert links[0] == f"tel:{number}"


def test_the_police_keep_their_own_name_in_vietnam(client: CheckedClient) -> None:
    assert "Công an" in client.see("/en/?help_country=VN").one("aside").text


def test_a_number_spelt_in_letters_is_dialled_in_digits(client: CheckedClient) -> None:
    help_block = client.see("/en/?help_country=JM").one("aside")
    assert "888-SAFE-SPOT" in help_block.text
    assert "tel:8887233776" in [link.get("href") for link in help_block.all("a")]


def test_the_country_is_never_guessed_from_an_address(client: CheckedClient) -> None:
    """Whatever a proxy says about the sender, the deployment's own country is shown."""
    told = {"X-Forwarded-For": "81.2.69.142", "CF-IPCountry": "GB", "Accept-Language": "en-GB"}
    page = client.get("/en/", headers=told).text
    assert "tel:113" in page
    assert "tel:999" not in page


def test_rows_without_a_date_are_not_on_any_page() -> None:
    names = {line.name for lines in by_country().values() for line in lines}
    assert not any(name.startswith(("VN-COP", "FBI")) for name in names)
