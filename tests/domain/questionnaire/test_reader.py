"""A wrong questionnaire file is refused, at the line of the mistake, and in no other way."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import QuestionnaireError
from portal.domain.questionnaire.questionnaire import load
from portal.domain.toml_lines import DataFile
from tests.builders.answers import QUESTIONNAIRES

GOOD = """\
id = "sample"
version = 1
audience = "child"

[[pages]]
id = "first"
title = "The first page"
intro = ["Hello.", "You."]

[[pages.questions]]
id = "what"
type = "choices"
compartment = "triage"
text = "What?"
label = "What"
why = "To know."
options = [
  { id = "threat", text = "A threat.", factor = "active_threat", category = "grooming" },
  { id = "danger", text = "A danger.", factor = "suicide", danger = true },
  { id = "none", text = "None.", exclusive = true },
  { id = "unsure", text = "I don't know.", unknown = true },
]

[[pages]]
id = "second"
title = "The second page"
show_when = { question = "what", any_of = ["threat"] }

[[pages.questions]]
id = "who"
type = "selectors"
compartment = "indicators"
text = "Who?"
label = "Who"
why = "To find them."
places = ["zalo", "phone"]

[[pages.questions]]
id = "reach"
type = "safe_contact"
compartment = "identity"
max_length = 100
weight = 5
text = "Where?"
label = "Where"
why = "To answer."
show_when = { question = "what", any_of = ["threat", "unsure"] }

[[pages.questions]]
id = "when"
type = "text"
compartment = "triage"
text = "When?"
label = "When"
why = "To hurry."
skip_when = { question = "what", any_of = ["danger"] }
"""

MISTAKES = [
    ('id = "sample"', 'id = "Sample!"', 'id = "Sample!"', "id must be a-z"),
    ("version = 1", "version = true", "version = true", "whole number"),
    ("version = 1", "", "", "version is missing"),
    ('audience = "child"', 'audience = "dog"', 'audience = "dog"', "unknown audience 'dog'"),
    ('audience = "child"', 'colour = "red"', 'colour = "red"', "unknown key 'colour'"),
    ('id = "second"', 'id = "first"', (25, 'id = "first"'), "page 'first' stands twice"),
    ('title = "The first page"', "", "[[pages]]", "title is missing"),
    ('title = "The first page"', 'title = " "', 'title = " "', "title must be a text"),
    ('["Hello.", "You."]', '["Hello.", 5]', "intro = ", "intro must be a list of texts"),
    ('["Hello.", "You."]', '"Hello."', "intro = ", "intro must be a list of texts"),
    ('id = "who"', 'id = "what"', (30, 'id = "what"'), "question 'what' stands twice"),
    ('type = "choices"', 'type = "file"', 'type = "file"', "unknown type 'file'"),
    ('type = "choices"', 'type = "text"', "options = [", "type text has no options"),
    ('type = "choices"', 'type = "choice"', '"none"', "exclusive is for choices"),
    ('why = "To know."', "", (10, "[[pages.questions]]"), "why is missing"),
    ('why = "To know."', 'why = ""', 'why = ""', "why must be a text"),
    ('compartment = "triage"', 'compartment = "x"', 'compartment = "x"', "unknown compartment"),
    ('"indicators"', '"triage"', (32, 'compartment = "triage"'), "selectors belongs to indicators"),
    ('"identity"', '"triage"', (41, 'compartment = "triage"'), "safe_contact belongs to identity"),
    ("max_length = 100", "max_length = 0", "max_length = 0", "from 1 to 20000"),
    ("max_length = 100", "max_length = 30000", "max_length = 30000", "from 1 to 20000"),
    ("weight = 5", "weight = -1", "weight = -1", "whole number from 0"),
    ("weight = 5", 'required = "yes"', 'required = "yes"', "true or false"),
    ('"active_threat"', '"angry"', 'id = "threat"', "unknown factor 'angry'"),
    ('"active_threat"', '"selector_repeated"', 'id = "threat"', "unknown factor"),
    ('"active_threat"', '"undetermined"', 'id = "threat"', "unknown factor"),
    ('category = "grooming"', 'category = "x"', 'id = "threat"', "unknown category 'x'"),
    ('factor = "suicide", danger = true', 'factor = "suicide"', 'id = "danger"', "danger goes"),
    ('factor = "active_threat"', "danger = true", 'id = "threat"', "danger goes"),
    ('factor = "active_threat"', 'factor = "contact_ended", danger = true', 'id = "threat"',
     "danger goes"),
    ("unknown = true", 'unknown = true, factor = "contact_ended"', 'id = "unsure"', "never lower"),
    ("unknown = true", 'unknown = true, category = "other"', 'id = "unsure"', "never lower"),
    ("unknown = true", "colour = 1", 'id = "unsure"', "unknown key 'colour'"),
    ('{ id = "none"', '{ id = "danger"', (20, 'id = "danger"'), "option 'danger' stands twice"),
    ('{ question = "what", any_of = ["threat"] }', '{ any_of = ["threat"] }', 27, "question is"),
    ('{ question = "what", any_of = ["threat"] }', '"what"', 27, "show_when must be a table"),
    ('question = "what", any_of = ["threat"] }', 'question = "reach", any_of = ["threat"] }', 27,
     "asked before"),
    ('skip_when = {', 'show_when = { question = "what", any_of = ["threat"] }\nskip_when = {',
     "skip_when", "not both"),
    ('any_of = ["danger"]', 'any_of = ["x"]', "skip_when", "'what' has no option 'x'"),
    ('question = "what", any_of = ["danger"]', 'question = "later", any_of = ["danger"]',
     "skip_when", "asked before"),
    ('question = "what", any_of = ["danger"]', 'question = "who", any_of = ["zalo"]',
     "skip_when", "has no option"),
    ('any_of = ["threat"]', 'any_of = ["x"]', 27, "'what' has no option 'x'"),
    ('any_of = ["threat"]', "any_of = []", 27, "at least one"),
    ('any_of = ["threat", "unsure"]', 'any_of = ["none"]', 47, "'none' goes when another"),
    ('"zalo", "phone"', '"zalo", "mars"', "places = ", "unknown place 'mars'"),
    ('"zalo", "phone"', '"zalo", "zalo"', "places = ", "each once"),
    ('places = ["zalo", "phone"]', "options = []", "options = []", "places, not options"),
    ('weight = 5', 'places = ["zalo"]', 'places = ["zalo"]', "places are for selectors"),
    ('title = "The second page"', "title = The second page", "title = The", "not TOML"),
]  # fmt: skip


def refusal(source: bytes) -> QuestionnaireError:
    with pytest.raises(QuestionnaireError) as caught:
        load(source, name="sample.toml")
    return caught.value


def test_the_sample_is_good():
    assert [question.id for question in load(GOOD.encode(), name="x").questions] == [
        "what",
        "who",
        "reach",
        "when",
    ]


@pytest.mark.parametrize(("good", "bad", "where", "reason"), MISTAKES)
def test_names_the_line_and_the_reason(good, bad, where, reason):
    assert good in GOOD
    source = GOOD.replace(good, bad, 1)
    lines = source.splitlines()
    match where:
        case int():
            line = where
        case (int() as line, str() as text):
            assert text in lines[line - 1]
        case "":
            line = 1
        case _:
            line = next(n for n, text in enumerate(lines, 1) if where in text)
    error = refusal(source.encode())
    assert (error.file, error.line) == ("sample.toml", line), error.reason
    assert reason in error.reason
    assert str(error).startswith(f"sample.toml:{line}: ")


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        (b"", 1, "at least one page"),
        (b'id = "a"\nversion = 1\naudience = "child"\n', 1, "at least one page"),
        (b'id = "a"\n\n\xff', 3, "not UTF-8"),
        (b'id = "a"\nid = "b"\n', 2, "not TOML"),
        (b'id = "a"\nx = [\n', 3, "not TOML"),
        (b"x = " + b"[" * 5000, 1, "nested too deep"),
        (b"x = " + b"9" * 5000, 1, "not TOML"),
    ],
)
def test_files_that_are_nothing(source, line, reason):
    error = refusal(source)
    assert error.line == line
    assert reason in error.reason


@pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda q: q.id)
def test_knows_the_line_of_every_text(questionnaire):
    file = DataFile(questionnaire.source, name="x", error=QuestionnaireError)
    lines = questionnaire.source.decode().splitlines()
    for at, page in enumerate(questionnaire.pages):
        assert f'id = "{page.id}"' in lines[file.line(("pages", at, "id")) - 1]
        for number, question in enumerate(page.questions):
            path = ("pages", at, "questions", number)
            assert lines[file.line(path) - 1] == "[[pages.questions]]"
            assert f'id = "{question.id}"' in lines[file.line((*path, "id")) - 1]
            if question.type != "selectors":
                for place, option in enumerate(question.options):
                    line = lines[file.line((*path, "options", place, "text")) - 1]
                    assert f'id = "{option.id}"' in line


def test_follows_every_shape_of_toml():
    source = b'''# "not = this"
[a."b.c"]
x = """
y = 1
"""
'y' = [ [1, 2], # ] comment
  [3] ]
z.w = { q = "}\\"]", r = [ {s = 1979-05-27T07:32:00Z} ] }
[[l]]
[[l.m]]
n = \'\'\'it's # \'\'\'
[[l]]
[l.t]
u = inf
[[l.m]]
n = -1_0
'''
    file = DataFile(source, name="x", error=QuestionnaireError)
    found = {
        path: file.line(path)
        for path in [
            ("a", "b.c"), ("a", "b.c", "x"), ("a", "b.c", "y"), ("a", "b.c", "y", 1),
            ("a", "b.c", "z", "w", "r", 0, "s"), ("l", 0, "m", 0, "n"), ("l", 1),
            ("l", 1, "t", "u"), ("l", 1, "m", 0, "n"), ("nothing",),
        ]
    }  # fmt: skip
    assert list(found.values()) == [2, 3, 6, 7, 8, 11, 12, 14, 16, 1]


WORDS = sorted(set(re.findall(r'[\w-]+|"[^"\n]*"|[\[\]{}=,]', GOOD)))


@given(st.data())
def test_raises_nothing_else_whatever_is_changed(data):
    pieces = re.split(r'(\w+|"[^"\n]*"|[\[\]{}=,])', GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        pieces[at] = data.draw(st.sampled_from([*WORDS, "", "true", "0", "\n", "1.5"]) | st.text())
    source = "".join(pieces).encode("utf-8", "surrogatepass")
    try:
        questionnaire = load(source, name="mutated.toml")
    except QuestionnaireError as error:
        refused = error
    else:
        assert questionnaire.source == source
        return
    assert 1 <= refused.line <= source.count(b"\n") + 1
    assert refused.reason


@given(st.binary(max_size=200))
def test_raises_nothing_else_for_any_bytes(source):
    assert refusal(source).reason
