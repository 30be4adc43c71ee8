"""What a reporter adds later is labelled in the desk's own language too."""

from __future__ import annotations

import pytest

from portal.domain.report import CONTACT, MORE, SAFE_CONTACT, SAFE_TIME
from portal.operations import catalogues
from portal.triage.answers import lines


@pytest.mark.parametrize("name", [MORE, CONTACT, SAFE_CONTACT, SAFE_TIME])
def test_the_label_of_what_was_added_is_translated(name: str) -> None:
    (line,) = lines(None, "triage", {name: "words"})
    for language, catalogue in catalogues.catalogues():
        if catalogue == catalogues.DESK:
            found = catalogues.read(language, catalogue).get(line.label)
            assert found is not None, line.label
            assert found.string not in ("", line.label)
