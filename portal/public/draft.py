"""A draft: the answers so far, on their way through the browser."""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass, field, replace

from portal.domain.receipt import new_code
from portal.domain.report import Answers, answers_from_json, answers_to_json
from portal.public.browser_seal import SealExpired, seal, secret_bytes, unseal

CHECK = "check"
"""The page on which the answers are read once more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers, the page they are on, and the submission (16 bytes) that they will be.

    `is_checked`: the answers were read once more; a page that is changed leads back there.
    """

    page: str
    submission: bytes = field(repr=False)
    answers: Answers = field(default_factory=dict, repr=False)
    is_checked: bool = False

    def at(self, page: str) -> Draft:
        """Give the same draft on another page."""
        return replace(self, page=page, is_checked=self.is_checked or page == CHECK)

    def with_answers(self, answers: Answers) -> Draft:
        """Give the draft with these answers added or changed."""
        return replace(self, answers={**self.answers, **answers})

    def anew(self) -> Draft:
        """Give the same answers as another submission, always the same one, with another code."""
        return replace(self, submission=secret_bytes(purpose="anew", about=self.submission)[:16])

    @property
    def code(self) -> str:
        """The reporter's code: always the same for one draft in one session."""
        return code_for(self.submission)


def code_for(submission: bytes) -> str:
    """Derive the code of a submission, so that a second click or a reload shows the same one."""
    return new_code(secret_bytes(purpose="receipt", about=submission))


def new_draft(page: str) -> Draft:
    """Begin a draft."""
    return Draft(page, os.urandom(16))


def seal_draft(draft: Draft, *, door: str) -> str:
    """Seal a draft into the hidden field of a form of this door."""
    plain = {
        "page": draft.page,
        "submission": base64.b64encode(draft.submission).decode("ascii"),
        "answers": answers_to_json(draft.answers),
        "is_checked": draft.is_checked,
    }
    return seal(json.dumps(plain, ensure_ascii=False), purpose=f"draft:{door}")


def open_draft(sealed: str, *, door: str, lives: int | None = None) -> Draft:
    """Open a draft that is at most `lives` seconds old (an hour); raises `SealExpired`."""
    try:
        plain = json.loads(unseal(sealed, purpose=f"draft:{door}", lives=lives))
        submission = base64.b64decode(plain["submission"], validate=True)
        answers = answers_from_json(plain["answers"])
        return Draft(str(plain["page"]), submission, answers, bool(plain["is_checked"]))
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise SealExpired from None
