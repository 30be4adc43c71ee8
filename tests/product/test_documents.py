"""Every file that a document links to or names is there, and so is every heading it links to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OURS = tuple(f"{one}/" for one in ("portal", "tests", "docs", "templates", "static", "migrations"))
UNMADE = {"portal/translations/pl/", "tests/words/wording/pl.toml"}
"""What the documents use as an example of something new."""

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PARTS = ("Context", "Decision", "Consequences")

LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\s]+)`")


def broken_links(page: Path, text: str) -> Iterator[str]:
    """Give the links of a page that lead nowhere in this tree."""
    for link in LINK.findall(text):
        file, _, heading = link.partition("#")
        if ":" in file:
            continue
        to = (page.parent / file).resolve() if file else page
        if not to.exists() or (heading and heading not in headings(to)):
            yield link


def headings(page: Path) -> set[str]:
    """Give the names under which a page's headings are reached."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


def missing_files(text: str) -> Iterator[str]:
    """Give our files that a text names and that are missing; `<…>` stands for any name."""
    for name in QUOTED.findall(text):
        if not name.startswith(OURS) or name in UNMADE:
            continue
        pattern = re.sub(r"<[^>]+>", "*", name.split("::")[0].rstrip("/"))
        if not any(ROOT.glob(pattern)):
            yield name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_document_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    assert list(broken_links(page, text)) == []
    assert list(missing_files(text)) == []


def test_a_broken_link_and_a_missing_file_are_found() -> None:
    page = ROOT / "README.md"
    text = "[a](docs/nothing.md) [b](#no-such-heading) [c](docs/security.md#plain-limits)"
    assert list(broken_links(page, text)) == ["docs/nothing.md", "#no-such-heading"]
    assert list(missing_files("`portal/domain/` `portal/nothing.py`")) == ["portal/nothing.py"]


def test_every_decision_has_its_parts_and_stands_in_the_index() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    listed = re.findall(r"\]\((\d{4}-[^)]+)\) \| (.+) \|", index)
    assert [file.name for file in DECISIONS] == [name for name, _ in listed]
    for number, (file, (_, rest)) in enumerate(zip(DECISIONS, listed, strict=True), start=1):
        text = file.read_text("utf-8")
        title, date = rest.split(" | ")
        assert text.startswith(f"# {number}. {title}\n")
        assert re.search(rf"^Status: \S.* · Date: {date}$", text, re.MULTILINE)
        assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == PARTS
