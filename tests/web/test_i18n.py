"""Languages stand in the path; direction and own names come from CLDR."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import gettext

from portal.web import i18n
from tests.builders.deployment import Deployment
from tests.builders.sites import CheckedClient, make_public

MSGID = "Thank you for telling us. You did the right thing."


def test_the_first_page_follows_the_browser(client: CheckedClient) -> None:
    for wanted, place in (("vi,en;q=0.5", "/vi/"), ("en", "/en/"), ("xx", "/vi/")):
        response = client.get("/", headers={"Accept-Language": wanted})
        assert response.status_code == 303
        assert response.headers["Location"].endswith(place)


@pytest.mark.parametrize("path", ["/xx/", "/xx/a", "/EN/", "/e/"])
def test_a_language_that_is_not_offered_is_not_there(client: CheckedClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_right_to_left_is_ready(deployment: Deployment) -> None:
    client = make_public(deployment, languages=("ar", "en")).test_client()
    page = client.see("/ar/").one("html")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")


def test_languages_are_named_in_their_own_words() -> None:
    assert i18n.own_name("vi") == "Tiếng Việt"
    assert i18n.direction("ar") == "rtl"
    assert i18n.catalogue_name("zh-Hans") == "zh_Hans"


def test_an_error_speaks_the_language_of_the_path(client: CheckedClient) -> None:
    assert client.see("/vi/nowhere").one("html").get("lang") == "vi"


def said(app: Flask, *languages: str) -> list[str]:
    """The same text, in the answer's own language where none is named."""
    found = []
    with app.test_request_context("/vi/"):
        for language in languages:
            if language:
                with i18n.speaking(language):
                    found.append(i18n.translate(MSGID))
                    assert gettext(MSGID) == found[-1]
            else:
                found.append(i18n.translate(MSGID))
    return found


def test_a_text_is_in_the_language_that_was_asked_for(app: Flask) -> None:
    own, khmer = said(app, "")[0], said(app, "km")[0]
    assert len({own, khmer, MSGID}) == 3
    assert said(app, "", "km", "", "km") == [own, khmer, own, khmer]
    assert said(app, "km", "", "km", "") == [khmer, own, khmer, own]
    assert said(app, "en", "") == [MSGID, own]
