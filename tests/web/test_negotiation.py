"""Which language a browser gets: the one it likes best of those that are offered, old names too."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from portal.web.negotiation import LONGEST, MOST_RANGES, choose
from tests.builders.deployment import Deployment
from tests.builders.sites import make_public

OFFERED = (
    "vi", "en", "fr", "es", "ar", "pt", "ru", "zh-Hans", "hi", "id", "fil", "th", "km", "sw",
)  # fmt: skip


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("es-MX,en;q=0.8", "es"),
        ("in-ID,in;q=0.9,en;q=0.5", "id"),
        ("pt-PT,en;q=0.9", "pt"),
        ("fil-PH,en;q=0.9", "fil"),
        ("tl-PH,tl;q=0.9,en", "fil"),
        ("ar-EG,en-US;q=0.9", "ar"),
        ("arb,en;q=0.9", "ar"),
        ("km-KH,en;q=0.9", "km"),
        ("sw-KE,en;q=0.9", "sw"),
        ("swh-TZ,en;q=0.9", "sw"),
        ("swc-CD,fr;q=0.9", "sw"),
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("vi,en;q=0.5", "vi"),
        ("en;q=0.3,ru;q=0.8", "ru"),
        ("de,nl;q=0.9,fr;q=0.1", "fr"),
        ("th_TH", "th"),
        ("ZH_hans_cn", "zh-Hans"),
        (" hi-IN ; Q=0.9 ,  ru;q=0.95", "ru"),
        ("es-419,en;q=0.9", "es"),
        ("en-GB-oxendict,fr;q=0.9", "en"),
        ("ru-u-ca-gregory,fr;q=0.9", "ru"),
        ("spa,eng;q=0.9", "es"),
    ],
)
def test_the_language_that_is_liked_best_wins(header: str, language: str) -> None:
    assert choose(header, OFFERED) == language


@pytest.mark.parametrize(
    "header",
    ["zh-TW,en;q=0.9", "zh-Hant-HK,zh-Hant;q=0.9,en;q=0.8", "zh-HK", "zh-MO", "cmn-TW,en;q=0.9",
     "zh-yue,en;q=0.5", "yue-HK,en;q=0.5", "wuu,en;q=0.5", "zh-min-nan,en;q=0.5"],
)  # fmt: skip
def test_readers_of_other_chinese_read_simplified_rather_than_english(header: str) -> None:
    assert choose(header, OFFERED) == "zh-Hans"


def test_the_script_that_was_asked_for_is_preferred_where_both_are_offered() -> None:
    both = ("en", "zh-Hans", "zh-Hant")
    assert choose("zh-TW,en;q=0.9", both) == "zh-Hant"
    assert choose("zh,en;q=0.9", both) == "zh-Hans"
    assert choose("sr,en;q=0.9", ("en", "sr-Latn", "sr")) == "sr"
    assert choose("sh,en;q=0.9", ("en", "sr", "sr-Latn")) == "sr-Latn"


def test_another_script_counts_after_what_can_surely_be_read() -> None:
    assert choose("hi-Latn-IN,en-IN;q=0.8", OFFERED) == "en"
    assert choose("hi-Latn", OFFERED) == "hi"
    assert choose("hi-Latn,hi;q=0.9,en;q=0.8", OFFERED) == "hi"
    assert choose("sr-Latn-RS,de;q=0.5,en;q=0.4", ("vi", "en", "sr")) == "en"


@pytest.mark.parametrize(
    ("header", "language"),
    [("iw,en;q=0.9", "he"), ("mo,en;q=0.9", "ro"), ("ji,en", "yi")],
)
def test_old_codes_are_understood(header: str, language: str) -> None:
    assert choose(header, ("vi", "en", "he", "ro", "yi")) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("*", "vi"),
        ("xx", "vi"),
        ("de,*;q=0.5", "vi"),
        ("*,en;q=0.5", "vi"),
        ("en;q=0", "vi"),
        ("vi;q=0,*;q=0.5", "en"),
        ("vi;q=0", "en"),
        ("ru;q=0,ru", "ru"),
        ("*;q=0", "vi"),
        (";;;,,,q=1,=", "vi"),
        ("en;q=abc,fr;q=0.2", "fr"),
        ("en;q=abc", "en"),
        ("en;q=-1", "vi"),
        ("en;q=7,fr;q=0.9", "en"),
        ("en;q=nan,fr;q=0.2", "fr"),
        ("en;level=1;q=0.2,fr;q=0.3", "fr"),
        ("٣,؟;q=٠", "vi"),
        ("en" * 50_000, "vi"),
        ("xx," * 50_000 + "en", "vi"),
    ],
)
def test_nothing_that_is_sent_leads_astray(header: str, language: str) -> None:
    assert choose(header, OFFERED) == language


@given(st.text() | st.text(alphabet="enzhHant-_,;=q01.*x ", max_size=200))
def test_any_header_gives_a_language_that_is_offered(header: str) -> None:
    assert choose(header, OFFERED) in OFFERED
    assert choose(header, ("en",)) == "en"


REGIONS = st.sampled_from(["", "-US", "_mx", "-419", "-x-private", "-u-nu-latn"])
UNKNOWN = st.sampled_from(["de", "xx-YY", "tlh", "??", "a-very-long-tag", "und", ""])


@given(
    st.lists(st.sampled_from(OFFERED), unique=True, min_size=1, max_size=5),
    st.lists(REGIONS, min_size=5, max_size=5),
    st.lists(UNKNOWN, min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_what_is_offered_and_liked_better_always_wins(
    liked: list[str], regions: list[str], unknown: list[str], random: st.DataObject
) -> None:
    weights = [f"{1 - 0.1 * place:.1f}" for place in range(len(liked))]
    told = [f"{tag}{region};q={q}" for tag, region, q in zip(liked, regions, weights, strict=False)]
    told += [f"{tag};q=1" for tag in unknown]
    random.shuffle(told)  # type: ignore[attr-defined]
    assert choose(",".join(told), OFFERED) == liked[0]


def test_the_work_is_bounded() -> None:
    """What stands behind the first kilobytes or the first few dozen is not looked at."""
    assert choose("," * LONGEST + "en", OFFERED) == "vi"
    assert choose("xx," * MOST_RANGES + "en", OFFERED) == "vi"
    assert choose("xx," * (MOST_RANGES - 1) + "en", OFFERED) == "en"


def test_pages_follow_it_errors_too(deployment: Deployment) -> None:
    app = make_public(deployment, languages=OFFERED)
    app.test_client_class = FlaskClient
    client = app.test_client()
    for header, language in (("in-ID,en;q=0.5", "id"), ("zh-TW,en;q=0.8", "zh-Hans")):
        told = {"Accept-Language": header}
        assert client.get("/", headers=told).headers["Location"].endswith(f"/{language}/")
        page = client.get("/nowhere/at/all", headers=told)
        assert page.status_code == 404
        assert f'lang="{language}"' in page.text
