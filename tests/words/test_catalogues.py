"""A catalogue that is not whole is refused; each check can fail."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest
from babel.messages import Catalog

from portal.domain.case import STATUSES, Status
from portal.domain.selector import PLACES
from portal.operations import catalogues, demo
from portal.staff.text.reply_templates import APPROVED
from portal.triage import KEEPING_REASONS

HEADER = "# Register: warm\n# Review state: drafted"


def source() -> Catalog:
    made = Catalog(locale=None)
    made.add("Send now")
    made.add("Page %(number)s of <b>%(count)s</b>")
    made.add(("%(num)s reply", "%(num)s replies"))
    return made


def good() -> Catalog:
    made = Catalog(locale="vi", header_comment=HEADER)
    made.add("Send now", "Gửi ngay")
    made.add("Page %(number)s of <b>%(count)s</b>", "Trang %(number)s trên <b>%(count)s</b>")
    made.add(("%(num)s reply", "%(num)s replies"), ("%(num)s câu trả lời",))
    return made


def test_a_whole_catalogue_passes() -> None:
    assert list(catalogues.compare("vi", good(), source())) == []


SPOILED: dict[str, Callable[[Catalog], object]] = {
    "missing": lambda c: setattr(c.get("Send now"), "string", ""),
    "missing ": lambda c: c.delete("Send now"),
    "fuzzy": lambda c: c.get("Send now").flags.add("fuzzy"),
    "not translated": lambda c: setattr(c.get("Send now"), "string", "Send now"),
    "placeholders or tags differ": lambda c: setattr(
        c.get("Page %(number)s of <b>%(count)s</b>"), "string", "Trang %(numer)s trên %(count)s"
    ),
    "no longer in the source": lambda c: c.add("Old", "Cũ"),
    "no review state in the header": lambda c: setattr(c, "header_comment", "# Register: a"),
    "no register in the header": lambda c: setattr(
        c, "header_comment", "# Register:\n# Review state: drafted"
    ),
    "the plural rule is not the language's": lambda c: setattr(c, "_plural_expr", "(n != 1)"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_catalogue_is_refused(kind: str) -> None:
    catalogue = good()
    SPOILED[kind](catalogue)
    assert kind.strip() in {fault.kind for fault in catalogues.compare("vi", catalogue, source())}


@pytest.mark.parametrize(("language", "name"), catalogues.catalogues())
def test_every_language_is_whole(language: str, name: str) -> None:
    assert [str(fault) for fault in catalogues.faults(language, name)] == []


def test_the_languages_of_the_product_are_there() -> None:
    asked = {"vi", "fr", "es", "ar", "pt", "ru", "zh-Hans", "hi", "id", "fil", "th", "km", "sw"}
    assert asked <= {name.replace("_", "-") for name in catalogues.languages()}
    assert asked | {"en"} == set(tomllib.loads(demo.SETTINGS)["languages"])
    assert ("vi", catalogues.DESK) in catalogues.catalogues()


def test_a_stale_compiled_catalogue_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("translations")
    place = folder / "vi" / "LC_MESSAGES"
    place.mkdir(parents=True)
    original = catalogues.path_of("vi").read_text("utf-8")
    (place / "messages.po").write_text(original, "utf-8")
    catalogues.compile_one("vi", folder=folder)
    assert not [f for f in catalogues.faults("vi", folder=folder) if "stale" in f.kind]
    changed = original.replace('msgstr "Gửi"', 'msgstr "Gửi đi"')
    assert changed != original
    (place / "messages.po").write_text(changed, "utf-8")
    assert [f for f in catalogues.faults("vi", folder=folder) if "stale" in f.kind]


def test_questionnaires_templates_and_tables_are_extracted() -> None:
    keys = {catalogues.msgid_of(message) for message in catalogues.template() if message.id}
    assert {"What is happening?", "Send now, add more later", "In review"} <= keys


def test_a_text_of_the_desk_alone_is_no_work_for_other_languages() -> None:
    reporter = {catalogues.msgid_of(m) for m in catalogues.template(catalogues.REPORTER) if m.id}
    desk = {catalogues.msgid_of(m) for m in catalogues.template(catalogues.DESK) if m.id}
    assert not reporter & desk
    assert {"Roblox", "This is not your fault.", "They want money from me"} <= reporter
    assert {"In review", "What is wanted"} <= desk


@pytest.mark.parametrize(
    ("tag", "says"),
    [
        ("xx1", "is not the tag"),
        ("", "is not the tag"),
        ("../vi", "is not the tag"),
        ("vi", "already"),
    ],
)
def test_a_language_that_can_not_be_added_is_refused(
    tag: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert catalogues.run("add", tag) == 2
    assert says in capsys.readouterr().err


def test_a_new_language_begins_with_everything_missing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("translations")
    assert catalogues.add("pl", folder=folder, source=source()) == 0
    found = {fault.kind for fault in catalogues.faults("pl", folder=folder, source=source())}
    assert {"missing", "no register in the header"} <= found
    assert "the plural rule is not the language's" not in found


@pytest.mark.parametrize(
    ("package", "catalogue"),
    [
        ("staff", catalogues.DESK),
        ("public", catalogues.REPORTER),
        ("web", catalogues.REPORTER),
        ("no_such_package", catalogues.REPORTER),
    ],
)
def test_a_package_says_to_which_catalogue_its_texts_belong(package: str, catalogue: str) -> None:
    assert catalogues.catalogue_of(package) == catalogue


@pytest.mark.parametrize(
    ("text", "catalogue"),
    [
        (STATUSES[Status.IN_REVIEW], catalogues.DESK),
        (KEEPING_REASONS["law"], catalogues.DESK),
        (PLACES["zalo"].label, catalogues.REPORTER),
        (APPROVED["received"][2], catalogues.REPORTER),  # said by the desk, read by reporters
    ],
)
def test_a_mark_says_to_which_catalogue_a_text_of_a_table_belongs(
    text: str, catalogue: str
) -> None:
    assert catalogues.template(catalogue).get(text) is not None
    other = catalogues.DESK if catalogue == catalogues.REPORTER else catalogues.REPORTER
    assert catalogues.template(other).get(text) is None
