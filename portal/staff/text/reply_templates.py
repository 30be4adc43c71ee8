"""What approved answers say to a reporter, by name: translated into every language of the site."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString

from portal.web.i18n import lazy_gettext, speaking

_GREETING = lazy_gettext("Thank you for telling us. You did the right thing.")
_NOT_YOUR_FAULT = lazy_gettext("This is not your fault. You are not in trouble.")
_COME_BACK = lazy_gettext("You can write to us here again with your code.")

APPROVED: Mapping[str, tuple[LazyString, ...]] = {
    "received": (
        _GREETING,
        _NOT_YOUR_FAULT,
        lazy_gettext("A person has read your report. We are working on it now."),
        _COME_BACK,
    ),
    "pressure": (
        _GREETING,
        _NOT_YOUR_FAULT,
        lazy_gettext("Stop answering them. Do not pay. Do not send more pictures."),
        lazy_gettext("Keep the chat and the names. Then block them."),
        lazy_gettext("Tell an adult you trust. You don't have to do this alone."),
        _COME_BACK,
    ),
    "safety": (
        _GREETING,
        lazy_gettext("Please do not go to meet them. Stay with an adult you trust."),
        lazy_gettext("If you are in danger now, call the emergency number."),
        lazy_gettext("Tell us how we can reach you safely. You can write it here."),
    ),
    "more": (
        _GREETING,
        lazy_gettext("A little more would help us. Leave out what you don't know."),
        lazy_gettext("Which app was it? Which name, link or number do they use?"),
        lazy_gettext("Please do not send pictures. Words are enough."),
    ),
    "pictures": (
        _NOT_YOUR_FAULT,
        lazy_gettext("There are free services that help to take pictures down."),
        lazy_gettext("If you are under 18, use Take It Down: takeitdown.ncmec.org"),
        lazy_gettext("It works on your own phone. Your pictures do not leave it."),
        _COME_BACK,
    ),
}

_KEPT = lazy_gettext("You asked us to delete your report. We keep it for now.")
_ASK_AGAIN = lazy_gettext("You did nothing wrong by asking. You can ask us again later.")

REFUSED: Mapping[str, tuple[LazyString, ...]] = {
    "danger": (
        _KEPT,
        lazy_gettext("We are worried that somebody is in danger. We need your report to help."),
        _ASK_AGAIN,
        _COME_BACK,
    ),
    "working": (
        _KEPT,
        lazy_gettext("People are still working with it, so that this can stop."),
        _ASK_AGAIN,
        _COME_BACK,
    ),
    "law": (
        _KEPT,
        lazy_gettext("The law here tells us to keep it for some time."),
        _ASK_AGAIN,
        _COME_BACK,
    ),
}
"""What a reporter is told whose report is not deleted, by the reason that the desk chose."""


def in_language(name: str, locale: str) -> str:
    """Give an approved answer as it reads in that language."""
    return paragraphs(APPROVED[name], locale)


def paragraphs(said: tuple[LazyString, ...], locale: str) -> str:
    """Give paragraphs of approved text as they read in that language."""
    with speaking(locale):
        return "\n\n".join(str(paragraph) for paragraph in said)
