"""One tree of errors, and none of them can hold what a person typed."""

from __future__ import annotations

import inspect

import pytest

from portal.domain import errors
from portal.domain.errors import OpenFailed, PortalError, QuestionnaireError, ReceiptError

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", ALL)
def test_all_are_portal_errors_with_a_code(kind):
    assert issubclass(kind, PortalError)
    assert isinstance(kind.code, str)


def test_codes_name_the_error():
    assert str(ReceiptError("receipt.check")) == "receipt.check"
    assert str(ReceiptError()) == "receipt.unknown"


def test_opening_fails_in_one_way():
    assert OpenFailed().args == ("open",)
    with pytest.raises(TypeError):
        OpenFailed("because")


def test_files_point_at_the_line():
    error = QuestionnaireError("child.toml", 7, "unknown key 'x'")
    assert str(error) == "child.toml:7: unknown key 'x'"
