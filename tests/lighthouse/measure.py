"""Lighthouse's accessibility score of the pages that an address leads to: `make lighthouse`.

Prints each score; fails where one is below 100. Pages behind a form have no address, so Lighthouse
can't reach them: tests/browser/test_access.py runs axe, which is what this score is made of, there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.builders.deployment import make_deployment
from tests.builders.serving import serve
from tests.builders.sites import make_public

PROGRAM = Path(__file__).parent / "node_modules" / ".bin" / "lighthouse"
LANGUAGES = ("vi", "en", "ar")
PATHS = ("", "a", "back", "n/", "n/1", "n/3", "1", "2", "3", "4", "nowhere")


def main() -> int:
    """Measure every page; 0 when all have 100."""
    scores: dict[str, int] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        make_deployment(Path(folder) / "instance") as deployment,
        serve(make_public(deployment)) as address,
    ):
        for path in (f"{tag}/{path}" for tag in LANGUAGES for path in PATHS):
            scores[path] = score(f"{address}/{path}")
            sys.stdout.write(f"{scores[path]:4d} /{path}\n")
    below = sum(one < 100 for one in scores.values())
    sys.stdout.write(f"{len(scores)} pages, {below} below 100\n")
    return 1 if below or not scores else 0


def score(url: str) -> int:
    """Give the score of one page, from 0 to 100; a page that can't be judged stops the run."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)))
    flags = " ".join(("--headless", *ARGUMENTS))
    done = subprocess.run(
        [PROGRAM, url, "--only-categories=accessibility", "--output=json", "--quiet",
         "--ignore-status-code", f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": browser}, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return round(json.loads(done.stdout)["categories"]["accessibility"]["score"] * 100)


if __name__ == "__main__":
    sys.exit(main())
