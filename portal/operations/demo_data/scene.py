"""What synthetic people write, and what their offenders are called. Nothing is of a real case."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from portal.domain.report import Answers, Audience, SelectorRow
from portal.operations import demo_files

DESK_LANGUAGE = {"vn-hotline": "vi", "sea-desk": "en"}
"""In which language each agency's members write their notes."""

_THEME_OF_CATEGORY = {
    "sexual_extortion_money": "money",
    "sexual_extortion_pictures": "pictures",
    "grooming": "grooming",
    "shared_images": "shared",
    "fake_images": "fake",
    "live_abuse": "pictures",
    "sadistic_coercion": "crisis",
    "child_abuse_material": "shared",
}

_THEME_OF_DANGER = {"suicide": "crisis", "meeting": "meeting", "on_the_way": "meeting"}

_PLACES = ("instagram", "telegram", "facebook", "zalo", "tiktok", "snapchat", "discord", "game")

_NAMES = ("sunny", "mimi", "lucky", "kim", "bao", "luna", "tony", "vy", "nam", "ace", "jun", "momo")


@dataclass(frozen=True, slots=True)
class Offender:
    """Somebody whom several reports name; each handle has spellings that mean the same."""

    languages: tuple[str, ...]
    handles: tuple[tuple[str, tuple[str, ...]], ...]

    def rows(self, chance: random.Random) -> list[SelectorRow]:
        """Name the first handle, and perhaps others, as one of many would spell them."""
        first, *others = self.handles
        chosen = [first, *(one for one in others if chance.random() < 0.5)]
        return [SelectorRow(place, chance.choice(spellings)) for place, spellings in chosen]


class Scene:
    """Everything that can be written, by language."""

    def __init__(self, words: Mapping[str, Any], offenders: Sequence[Offender]) -> None:
        self._words, self.offenders = words, tuple(offenders)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language in which somebody writes here."""
        return tuple(self._words)

    def one_of(self, chance: random.Random, language: str, what: str) -> str:
        """Choose a text of that kind: `note`, `contact`, `when` or `kept`."""
        text: str = chance.choice(self._words[language][what])
        return text

    def said_to_or_by(
        self, chance: random.Random, audience: Audience, language: str, what: str
    ) -> str:
        """Choose a `reply` or `more`: a child is spoken to, and writes, as a child."""
        kind = what if audience is Audience.CHILD else f"{what}_adult"
        return self.one_of(chance, language, kind)

    def story(
        self, chance: random.Random, audience: Audience, language: str, category: str, told: Answers
    ) -> str:
        """Choose what somebody would write who gave these answers."""
        stories = self._words[language].get(audience.value, {})
        fitting = stories.get(_theme(category, told)) or stories.get("any")
        if not fitting:
            return ""
        text: str = chance.choice(fitting)
        return text

    def stranger(self, chance: random.Random) -> SelectorRow:
        """Make up an offender whom nobody else names."""
        name = f"{chance.choice(_NAMES)}.{chance.choice(_NAMES)}{chance.randrange(10**5)}.demo"
        return SelectorRow(chance.choice(_PLACES), name)


def _theme(category: str, told: Answers) -> str:
    dangers = told.get("dangers", ())
    for danger, theme in _THEME_OF_DANGER.items():
        if danger in dangers:
            return theme
    if "attempt" in told.get("happening", ()) or told.get("contact_now") == "ended":
        return "attempt"
    return _THEME_OF_CATEGORY.get(category, "pictures")


@cache
def load_scene() -> Scene:
    """Read the files of texts and offenders."""
    folder = resources.files(demo_files)
    words = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.joinpath("words").iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }
    plain = tomllib.loads(folder.joinpath("offenders.toml").read_text("utf-8"))
    offenders = [
        Offender(
            tuple(one["languages"]),
            tuple((place, tuple(spellings)) for place, *spellings in one["handles"]),
        )
        for one in plain["offenders"]
    ]
    return Scene(words, offenders)
