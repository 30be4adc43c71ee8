"""Approved answers: written once, translated like all else, sent in the report's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, force_locale

from portal.web.i18n import lazy_gettext


@dataclass(frozen=True, slots=True)
class Approved:
    """One approved answer: its name for the desk, and its paragraphs for the child."""

    title: LazyString
    paragraphs: tuple[LazyString, ...]


_GREETING = lazy_gettext("Thank you for telling us. You did the right thing.")
_NOT_YOUR_FAULT = lazy_gettext("This is not your fault. You are not in trouble.")
_COME_BACK = lazy_gettext("You can write to us here again with your code.")

REPLIES: Mapping[str, Approved] = {
    "received": Approved(
        lazy_gettext("We have read your report"),
        (
            _GREETING,
            _NOT_YOUR_FAULT,
            lazy_gettext("A person has read your report. We are working on it now."),
            _COME_BACK,
        ),
    ),
    "pressure": Approved(
        lazy_gettext("What to do under pressure"),
        (
            _GREETING,
            _NOT_YOUR_FAULT,
            lazy_gettext("Stop answering them. Do not pay. Do not send more pictures."),
            lazy_gettext("Keep the chat and the names. Then block them."),
            lazy_gettext("Tell an adult you trust. You don't have to do this alone."),
            _COME_BACK,
        ),
    ),
    "safety": Approved(
        lazy_gettext("Safety first: a meeting or danger"),
        (
            _GREETING,
            lazy_gettext("Please do not go to meet them. Stay with an adult you trust."),
            lazy_gettext("If you are in danger now, call the emergency number."),
            lazy_gettext("Tell us how we can reach you safely. You can write it here."),
        ),
    ),
    "more": Approved(
        lazy_gettext("Ask for more"),
        (
            _GREETING,
            lazy_gettext("A little more would help us. Leave out what you don't know."),
            lazy_gettext("Which app was it? Which name, link or number do they use?"),
            lazy_gettext("Please do not send pictures. Words are enough."),
        ),
    ),
    "pictures": Approved(
        lazy_gettext("Taking pictures down"),
        (
            _NOT_YOUR_FAULT,
            lazy_gettext("There are free services that help to take pictures down."),
            lazy_gettext("If you are under 18, use Take It Down: takeitdown.ncmec.org"),
            lazy_gettext("It works on your own phone. Your pictures do not leave it."),
            _COME_BACK,
        ),
    ),
}
"""In the order in which the desk sees them."""


def in_language(name: str, locale: str) -> str:
    """Give an approved answer as it reads in that language."""
    with force_locale(locale):
        return "\n\n".join(str(paragraph) for paragraph in REPLIES[name].paragraphs)
