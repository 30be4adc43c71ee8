"""What approved answers say to a reporter, by name: translated into every language of the site."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.texts import reporter_text
from portal.web.i18n import speaking, translate

_GREETING = reporter_text("Thank you for telling us. You did the right thing.")
_NOT_YOUR_FAULT = reporter_text("This is not your fault. You are not in trouble.")
_COME_BACK = reporter_text("You can write to us here again with your code.")

APPROVED: Mapping[str, tuple[str, ...]] = {
    "received": (
        _GREETING,
        _NOT_YOUR_FAULT,
        reporter_text("A person has read your report. We are working on it now."),
        _COME_BACK,
    ),
    "pressure": (
        _GREETING,
        _NOT_YOUR_FAULT,
        reporter_text("Stop answering them. Do not pay. Do not send more pictures."),
        reporter_text("Keep the chat and the names. Then block them."),
        reporter_text("Tell an adult you trust. You don't have to do this alone."),
        _COME_BACK,
    ),
    "safety": (
        _GREETING,
        reporter_text("Please do not go to meet them. Stay with an adult you trust."),
        reporter_text("If you are in danger now, call the emergency number."),
        reporter_text("Tell us how we can reach you safely. You can write it here."),
    ),
    "more": (
        _GREETING,
        reporter_text("A little more would help us. Leave out what you don't know."),
        reporter_text("Which app was it? Which name, link or number do they use?"),
        reporter_text("Please do not send pictures. Words are enough."),
    ),
    "pictures": (
        _NOT_YOUR_FAULT,
        reporter_text("There are free services that help to take pictures down."),
        reporter_text("If you are under 18, use Take It Down: takeitdown.ncmec.org"),
        reporter_text("It works on your own phone. Your pictures do not leave it."),
        _COME_BACK,
    ),
}

_KEPT = reporter_text("You asked us to delete your report. We keep it for now.")
_ASK_AGAIN = reporter_text("You did nothing wrong by asking. You can ask us again later.")

REFUSED: Mapping[str, tuple[str, ...]] = {
    "danger": (
        _KEPT,
        reporter_text("We are worried that somebody is in danger. We need your report to help."),
        _ASK_AGAIN,
        _COME_BACK,
    ),
    "working": (
        _KEPT,
        reporter_text("People are still working with it, so that this can stop."),
        _ASK_AGAIN,
        _COME_BACK,
    ),
    "law": (
        _KEPT,
        reporter_text("The law here tells us to keep it for some time."),
        _ASK_AGAIN,
        _COME_BACK,
    ),
}
"""What a reporter is told whose report is not deleted, by the reason that the desk chose."""


def in_language(name: str, locale: str) -> str:
    """Give an approved answer as it reads in that language."""
    return paragraphs(APPROVED[name], locale)


def paragraphs(said: tuple[str, ...], locale: str) -> str:
    """Give paragraphs of approved text as they read in that language."""
    with speaking(locale):
        return "\n\n".join(translate(paragraph) for paragraph in said)
