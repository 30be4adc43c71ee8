"""How long a child reads: the words of the seven pages of answers, at 200 words a minute.

The child of the script is pressed for money with pictures. It reads every title, sentence, question
and hint; of a list to tick, every line; of a list with one answer, down to its own. A sentence
that came before word for word ("I don't know.") is not read again. What is folded stays folded,
and what stands there for screen readers alone is not seen.

Words are those of ICU (`Intl.Segmenter`), which knows where words end in Thai, Khmer and Chinese.
Vietnamese writes each syllable apart, about 1.5 to a word (docs/wording.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from portal.operations import catalogues
from tests.builders.deployment import make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public
from tests.builders.walk import press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-1")]

LANGUAGES = ["en", *(name.replace("_", "-") for name in catalogues.languages())]
WORDS_A_MINUTE = 200
MINUTES = 3
"""What no language may pass."""

SYLLABLES_A_WORD = {"vi": 1.5}

ANSWERS = {
    "happening": ("threat_share", "want_money"), "safe_now": ("yes",), "dangers": ("none",),
    "age": ("13_15",), "did": ("asked_for_pictures", "pretended"), "want": ("money",),
    "deadline": ("today",), "paid": ("no",), "shared": ("no",), "contact_now": ("yes",),
    "who": ("online_only",), "contact": ("code_only",),
}  # fmt: skip
"""What the child of the script answers, by question."""

LINES = """() => {
  const seen = [];
  const skip = (e) => e.matches(".told")
    || (e.closest("details, .when-ticked, select") && e.tagName !== "SUMMARY");
  const past = (e) => {
    const radios = [...(e.closest("fieldset")?.querySelectorAll("input[type=radio]") ?? [])];
    const mine = radios.findIndex((input) => input.id === e.htmlFor);
    const chosen = radios.findIndex((input) => input.checked);
    return mine >= 0 && chosen >= 0 && mine > chosen;
  };
  const parts = "h1, h2, p, legend, label, .hint, summary, button, li";
  for (const e of document.querySelectorAll("main :is(" + parts + ")")) {
    const holds = e.querySelector("button, summary, label");
    if (e.checkVisibility() && !holds && !skip(e) && !past(e)) seen.push(e.innerText.trim());
  }
  return seen;
}"""

COUNT = """([language, text]) => {
  const found = new Intl.Segmenter(language, { granularity: "word" }).segment(text);
  return [...found].filter((part) => part.isWordLike).length;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        make_deployment(tmp_path_factory.mktemp("median") / "instance") as deployment,
        serve(make_public(deployment, languages=tuple(LANGUAGES))) as address,
    ):
        yield address


def answer(page: Page) -> None:
    """Tick what the script says, where the page asks it."""
    for name, options in ANSWERS.items():
        for option in options:
            box = page.locator(f"[name={name}][value='{option}']")
            if box.count():
                box.check()


@pytest.mark.parametrize("language", LANGUAGES)
def test_telling_takes_three_minutes_of_reading(
    chromium: Browser, site: str, language: str, record_property: Callable[[str, object], None]
) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{site}/{language}/a")
    press(page, "start")
    known: dict[str, int] = {}
    pages = 0
    while page.locator("main progress").count():
        pages += 1
        answer(page)
        for line in page.evaluate(LINES):
            if line not in known:
                known[line] = page.evaluate(COUNT, [language, line])
        press(page, "next")
    page.close()
    words = sum(known.values()) / SYLLABLES_A_WORD.get(language, 1)
    minutes = round(words / WORDS_A_MINUTE, 1)
    record_property("figure", ("minutes that the median child reads", language, minutes))
    assert pages == 7
    assert words <= WORDS_A_MINUTE * MINUTES
