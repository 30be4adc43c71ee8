import sys
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.access import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_vectors_of_rfc_6238(second, code):
    at = datetime.fromtimestamp(second, UTC)
    assert totp.matching_step(SECRET, code, at) == second // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_one_step_to_each_side_is_taken(steps, taken):
    now = datetime(2026, 11, 24, 9, 0, 5, tzinfo=UTC)
    code = totp.code_at(SECRET, now + steps * timedelta(seconds=30))
    found = totp.matching_step(SECRET, code, now)
    assert found == (int(now.timestamp()) // 30 + steps if taken else None)


ZEROS = [
    chr(point) for point in range(sys.maxunicode + 1) if unicodedata.decimal(chr(point), None) == 0
]
BETWEEN = st.text(
    st.sampled_from(" -–—.,·\u00a0\u200b\u200e\u200f\u2066\u2069\ufeff\ufe0f\u20e3\t")
)


@given(st.data())
def test_digits_of_every_script_are_read_whatever_is_between(data):
    typed = data.draw(BETWEEN)
    for digit in "287082":
        zero = data.draw(st.sampled_from(ZEROS))
        typed += chr(ord(zero) + int(digit)) + data.draw(BETWEEN)
    assert totp.matching_step(SECRET, typed, datetime.fromtimestamp(59, UTC)) == 1


@pytest.mark.parametrize("code", ["", "28708", "2870822", "abcdef", "²²²²²²", "------"])
def test_what_is_no_code_is_refused(code):
    assert totp.matching_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_the_address_for_the_phone_names_us_and_the_member():
    uri = totp.provisioning_uri(SECRET, member="linh")
    assert uri.startswith("otpauth://totp/Chung%20Tay:linh?")
    assert totp.secret_text(SECRET).replace(" ", "") in uri
