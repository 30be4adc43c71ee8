from portal.domain.questionnaire.questionnaire import load
from portal.domain.report import QuestionType, SelectorRow, answer_to_text
from portal.triage.answers import Handle, lines

OLD = b"""
id = "child"
version = 1
audience = "child"

[[pages]]
id = "one"
title = "One"

[[pages.questions]]
id = "happening"
type = "choices"
compartment = "triage"
text = "What was asked in those days?"
label = "Happening"
why = "Because it helps."
options = [
  { id = "threat", text = "They threatened me" },
  { id = "gone", text = "An answer that is no longer offered" },
]

[[pages.questions]]
id = "country"
type = "country"
compartment = "triage"
text = "Which country?"
label = "Country"
why = "Because it helps."

[[pages.questions]]
id = "safe_now"
type = "choice"
compartment = "triage"
text = "Are you safe?"
label = "Safe now"
why = "Because it helps."
options = [
  { id = "no", text = "No", danger = true, factor = "meeting_planned" },
  { id = "yes", text = "Yes" },
]

[[pages.questions]]
id = "contact"
type = "choice"
compartment = "identity"
text = "May we write?"
label = "Contact"
why = "Because it helps."
options = [{ id = "no", text = "No" }, { id = "yes", text = "Yes" }]

[[pages.questions]]
id = "who"
type = "selectors"
compartment = "indicators"
text = "Who is it?"
label = "Accounts"
why = "Because it helps."
places = ["zalo"]
"""


def old():
    return load(OLD, name="old.toml")


def test_answers_stand_in_the_order_and_words_in_which_they_were_asked():
    found = lines(old(), "triage", {"safe_now": "no", "happening": '["gone"]', "country": "VN"})
    assert [line.asked for line in found] == [
        "What was asked in those days?",
        "Which country?",
        "Are you safe?",
    ]
    assert found[0].chosen == ("An answer that is no longer offered",)
    assert found[1].text == "VN"
    assert found[2].is_danger


def test_one_compartment_shows_nothing_of_another():
    found = lines(old(), "identity", {"contact": "yes"})
    assert [line.name for line in found] == ["contact"]


def test_handles_are_rows():
    text = answer_to_text((SelectorRow("zalo", "@ana\u202e"), SelectorRow("a game", "x")))
    (line,) = lines(old(), "indicators", {"who": text})
    assert line.type is QuestionType.SELECTORS
    assert line.rows == (Handle("Zalo", "@ana\u202e"), Handle("a game", "x"))


def test_what_the_definition_does_not_know_is_shown_as_it_is():
    found = lines(old(), "triage", {"@more": "more words", "@assessment": "{}"})
    assert [(line.name, line.text) for line in found] == [("@more", "more words")]


def test_an_answer_of_another_form_is_shown_as_it_is():
    (line,) = lines(old(), "triage", {"happening": "not json"})
    assert line.text == "not json"


def test_without_a_definition_everything_is_still_shown():
    found = lines(None, "triage", {"happening": '["threat"]', "story": "words"})
    assert [(line.name, line.text) for line in found] == [
        ("happening", '["threat"]'),
        ("story", "words"),
    ]


def test_what_was_not_answered_says_so():
    (line,) = lines(old(), "triage", {"country": ""})
    assert not line.is_answered
