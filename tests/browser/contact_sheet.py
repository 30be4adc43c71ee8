"""Every page of the reporter's site as pictures, for people to look at: `make contact-sheet`.

Writes screenshots/<language>-<width>-<scheme>/NN-name.png and one sheet a folder; git ignores them.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.builders.deployment import make_deployment
from tests.builders.walk import Sites, serve_both, walk

LANGUAGES = ("vi", "en", "ar")
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
OUT = Path("screenshots")
ROW = {360: 8, 1280: 4}
"""Pictures in one row of a sheet."""


def main(languages: list[str]) -> None:
    """Take every picture, then lay each folder out on a sheet."""
    shutil.rmtree(OUT, ignore_errors=True)
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))))
    with (
        tempfile.TemporaryDirectory() as folder,
        make_deployment(Path(folder) / "instance") as deployment,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        with serve_both(deployment) as sites:
            for language in languages or LANGUAGES:
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        taken = take(browser, sites, language, width, scheme)
                        lay_out(browser, taken, ROW[width])
        browser.close()


def take(browser: Browser, sites: Sites, language: str, width: int, scheme: str) -> Path:
    """Take the pictures of one language, width and colour scheme; gives their folder."""
    folder = OUT / f"{language}-{width}-{scheme}"
    folder.mkdir(parents=True)
    page = browser.new_page(viewport={"width": width, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]

    def look(name: str) -> None:
        number = len(list(folder.iterdir())) + 1
        file = f"{number:02d}-{re.sub(r'[^a-z0-9]+', '-', name).strip('-') or 'landing'}.png"
        page.screenshot(path=folder / file, full_page=True)

    walk(page, sites, language, look)
    page.close()
    sys.stdout.write(f"{folder}: {len(list(folder.iterdir()))} pages\n")
    return folder


def lay_out(browser: Browser, folder: Path, row: int) -> None:
    """Put the pictures of a folder side by side on sheets of two rows."""
    files = sorted(folder.iterdir())
    page = browser.new_page(viewport={"width": 1800, "height": 900})
    for start in range(0, len(files), row * 2):
        figures = "".join(
            f'<figure><img src="{file.resolve().as_uri()}"><figcaption>{file.stem}</figcaption>'
            "</figure>"
            for file in files[start : start + row * 2]
        )
        sheet = folder.with_name(f"{folder.name}-{start // (row * 2) + 1}")
        html = sheet.with_suffix(".html")
        style = f"body{{display:grid;grid-template-columns:repeat({row},1fr);gap:8px;margin:8px;"
        style += "align-items:start;background:#777;font:11px sans-serif}figure{margin:0}"
        style += "img{width:100%;max-height:1100px;object-fit:cover;object-position:top}"
        html.write_text(f"<!doctype html><style>{style}</style>{figures}", "utf-8")
        page.goto(html.resolve().as_uri(), wait_until="networkidle")
        page.screenshot(path=sheet.with_suffix(".png"), full_page=True)
    page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
