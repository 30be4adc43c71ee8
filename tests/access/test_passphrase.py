import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.access.common_phrases import COMMON_PHRASES
from portal.access.passphrase import fold, problem
from portal.operations.demo import WORDS


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


COMMON = [
    "passwordpassword",
    "password123456",
    "qwertyuiop1234",
    "iloveyouforever",
    "correct horse battery staple",
    "Correct-Horse-Battery-Staple!",
    "to be or not to be",
    "let me in please",
    "admin admin admin admin",
    "one two three four",
    "12345678901234",
    "abcdefghijklmn",
    "asdfghjkl;'zxcv",
    "trustno1trustno1",
    "matkhau123456789",
    "mật khẩu 123456789",
    "anhyeuem123456",
    "Anh yêu em nhiều lắm",
    "một hai ba bốn năm",
    "tôi yêu việt nam",
    "Uống nước nhớ nguồn",
    "một con vịt xòe ra hai cái cánh",
    "password" * 20,
]


@pytest.mark.parametrize("passphrase", COMMON)
def test_what_many_people_use_is_refused(passphrase):
    assert problem(passphrase, member="linh.analyst") == "common"


GOOD = [
    "four quiet green lamps",
    "five other small blue cups",
    "lantern mango paper boat",
    "con mèo vàng leo núi đá",
    "sông xanh bàn đèn giấy",
    "bốn từ thật là dài",
    "mèo chó gà vịt lợn",
    "ngày mai trời đẹp lắm",
    "गरम चाय नीली किताब",
    "แมวสีฟ้านอนบนหลังคา",
    "x8!kQ2#vN5@pL0z",
    "ひさかたのひかりのどけき春の日に",
    "a quiet harbour " * 12,
]


@pytest.mark.parametrize("passphrase", GOOD)
def test_words_that_have_nothing_to_do_with_each_other_pass(passphrase):
    assert problem(passphrase, member="linh.analyst", agency="hotline-vn") is None


@pytest.mark.parametrize(
    ("passphrase", "changes"),
    [
        ("hotline-intl hotline-intl", {"agency": "hotline-intl"}),
        ("Chung Tay chung tay", {}),
        ("chungtay123456", {}),
        ("quynh.supervisor quynh.supervisor", {"member": "quynh.supervisor"}),
    ],
)
def test_names_of_here_make_nothing_hard_to_guess(passphrase, changes):
    assert problem(passphrase, **({"member": "linh.analyst"} | changes)) == "common"


def test_the_demos_passphrases_pass():
    made = (" ".join(random.Random(seed).choices(WORDS, k=6)) for seed in range(200))
    wrong = [one for one in made if problem(one, member="linh.analyst", agency="hotline-vn")]
    assert wrong == []


def test_the_list_stands_in_the_form_that_is_compared():
    assert {fold(phrase) for phrase in COMMON_PHRASES} == COMMON_PHRASES


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_the_rule(passphrase):
    found = problem(passphrase, member="linh.analyst", agency="hotline-vn")
    assert found in {"too_short", "too_long", "repeated", "is_name", "common", None}


def test_members_are_judged_by_their_own_names_also_at_once():
    """zxcvbn keeps what it was given in a global: threads must not judge by each other's."""
    with ThreadPoolExecutor(4) as pool:
        names = [f"member{number:04d}x" for number in range(80)]
        told = list(pool.map(lambda name: problem(name * 3, member=name), names))
    assert set(told) == {"common"}
