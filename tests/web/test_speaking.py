"""Some texts of an answer in another language, and the rest in its own, whichever comes first."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext

from portal.web.i18n import speaking, translate

MSGID = "Thank you for telling us. You did the right thing."


def said(app: Flask, *languages: str) -> list[str]:
    """The same text, in the answer's own language where none is named."""
    found = []
    with app.test_request_context("/vi/"):
        for language in languages:
            if language:
                with speaking(language):
                    found.append(translate(MSGID))
                    assert gettext(MSGID) == found[-1]
            else:
                found.append(translate(MSGID))
    return found


def test_a_text_is_in_the_language_that_was_asked_for(app: Flask) -> None:
    own, khmer = said(app, "")[0], said(app, "km")[0]
    assert len({own, khmer, MSGID}) == 3
    assert said(app, "", "km", "", "km") == [own, khmer, own, khmer]
    assert said(app, "km", "", "km", "") == [khmer, own, khmer, own]
    assert said(app, "en", "") == [MSGID, own]
