"""How many filings the member's page showed when they acted, so that unread ones are noticed."""

from __future__ import annotations

from flask import request


def filings() -> int | None:
    """Read the number that the form, or the link to it, carries; None where it carries none.

    The form goes first: its page may have shown more than the one from which the link led there.
    """
    return number(request.form.get("filings", request.args.get("filings", "")))


def number(given: str) -> int | None:
    """Read a number of filings; None of anything else."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def filings_of_form() -> int:
    """Read the number that a form has to carry; without one, nothing counts as read."""
    given = filings()
    return -1 if given is None else given
