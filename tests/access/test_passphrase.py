import pytest

from portal.access.passphrase import problem


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [
        ("four quiet green lamps", None),
        ("sun cat ivy oak", None),
        ("x8!kQ", "too_short"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeated"),
        ("one one one", "too_short"),
        ("linh-linh-linh", "is_name"),
        ("a" * 40 + "bcdef" * 50, "too_long"),
        ("bốn ngọn đèn xanh", None),
    ],
)
def test_length_is_what_counts(passphrase, expected):
    assert problem(passphrase, member="linh-linh") == expected
