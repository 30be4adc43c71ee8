"""A report that was filed under an earlier version reads as it was asked, in every language."""

from __future__ import annotations

import html

from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import Questionnaire, load, load_builtin
from portal.domain.report import Audience
from portal.intake.submit import Filing, submit
from tests.builders.answers import threatened_child
from tests.staff.conftest import Desk, public, token


def version_two() -> Questionnaire:
    """Give the child's form as its version 2 asked about a meeting."""
    source = load_builtin(Audience.CHILD).source
    for now, then in (
        (b"version = 3", b"version = 2"),
        (b"They asked me to meet them.", b"They want to meet me."),
    ):
        assert now in source
        source = source.replace(now, then)
    return load(source, name="child.toml")


def test_an_answer_of_an_earlier_version_is_read_in_both_languages(desk: Desk) -> None:
    told = {**threatened_child(), "country": "VN", "did": ("wants_to_meet",)}
    filing = Filing(Answered(version_two(), told), "fr", b"filed under version 2")
    with public(desk) as intake:
        report = submit(intake=intake, filing=filing, now=desk.clock()).report_id.hex()
    client = desk.client("analyst")
    for language, reads in (("vi", "Họ muốn gặp mình."), ("en", "They want to meet me.")):
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        data = {"csrf_token": token(client.get("/account")), "reason": "working"}
        answer = client.post(f"/case/{report}/open/triage", data=data, follow_redirects=True)
        page = html.unescape(answer.text)
        assert f'<li>{reads} <span class="quiet" lang="fr">Me rencontrer.</span></li>' in page
