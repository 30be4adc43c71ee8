"""The pages on which a reporter tells: one theme a page, nothing stored before sending."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, current_app, g, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.domain.assessment.assess import assess
from portal.domain.factors import Priority
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import Problem
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.intake.filing import Intake
from portal.intake.submit import Filed, Filing, NotComplete, WasDeleted, submit
from portal.public import advice, confirmation, external_sites, help_block
from portal.public.browser_seal import RESTS, SealExpired, session_id
from portal.public.draft import CHECK, Draft, new_draft, open_draft, seal_draft
from portal.public.forms import read_form, rows_to_show
from portal.public.position import Position
from portal.web import body, errors
from portal.web.clock import now
from portal.web.csrf import CSRFError
from portal.web.i18n import speak
from portal.web.limits import limiter, rate
from portal.web.templates import render_template

DOORS = {
    "a": Audience.CHILD,
    "b": Audience.CARER,
    "c": Audience.PROFESSIONAL,
    "d": Audience.CARER,
}
"""Neutral names of the doors: an address must not tell who reads it."""

journey = Blueprint("journey", __name__)


@journey.get("/<language>/<any(a,b,c,d):door>")
def start(language: str, door: str) -> str:  # noqa: ARG001
    """Say what to know before the first question."""
    session_id()
    return _before(door)


@journey.post("/<language>/<any(a,b,c,d):door>")
@limiter.limit(rate("PORTAL_RATE_SENDS"), exempt_when=lambda: not _may_send())
def step(language: str, door: str) -> Response | str:
    """Take the answers of one page, and show the next."""
    if "elsewhere" in request.form:
        return external_sites.page_before(request.form["elsewhere"], carried(), **danger_told())
    if "draft" not in request.form:
        return _show(step_of(door, new_draft(load_builtin(DOORS[door]).pages[0].id)))
    here = read_step(door)
    wanted = request.form.get("language", "")
    if wanted:
        speak(wanted)
    # A form that is sent without a button means its first one.
    first = "next" if here.page else "send"
    return _go(here, "stay" if wanted else request.form.get("go", first), language)


def _may_send() -> bool:
    return request.form.get("go", "send") == "send"


def step_of(door: str, draft: Draft) -> Position:
    """Give the step on which a draft of that door stands."""
    return Position(door, draft, Answered(load_builtin(DOORS[door]), draft.answers))


def read_step(door: str, *, lives: int | None = None) -> Position:
    """Open the draft that was sent, with what was typed since; raises `SealExpired`.

    A form that only carries the draft on (`resume`) has typed nothing.
    """
    here = step_of(door, open_draft(g.carried["draft"], door=door, lives=lives))
    form = body.typed()
    if here.page is None or not form or form.get("go") == "resume":
        return here
    typed = read_form(here.page, form)
    if "country" in typed and typed["country"] != here.draft.answers.get("country", ""):
        help_block.choose_country(str(typed["country"]))
    return step_of(door, here.draft.with_answers(typed))


def carried() -> dict[str, str]:
    """Give the answers so far, sealed, for the page of an error to carry on."""
    here = _carried()
    return {"draft": _sealed(here)} if here else {}


def danger_told() -> dict[str, object]:
    """Give what the emergency steps need on a page that carries the answers on; else nothing."""
    here = _carried()
    return _danger(here) if here else {}


def _carried() -> Position | None:
    """Give where the reporter is, on whatever page of a site that is answered to the form."""
    if request.endpoint != "journey.step" or "carried" not in g:
        return None
    try:
        return read_step(str((request.view_args or {})["door"]), lives=RESTS)
    except SealExpired:
        return None


@journey.errorhandler(CSRFError)
@journey.errorhandler(SealExpired)
def unsure(_: CSRFError | SealExpired) -> Response | tuple[str, int]:
    """Show the page again, as it was filled in, when it can't be told who sent it.

    Token and draft live for an hour, so this is also where a page comes that waited longer.
    """
    door = str((request.view_args or {})["door"])
    try:
        return _show(read_step(door, lives=RESTS), notice=True), 400
    except SealExpired:
        return errors.page(400, "form_expired")


def _go(here: Position, go: str, language: str) -> Response | str:
    if go == "send":
        return _send(here, language)
    was_danger = here.answered.is_in_danger(here.page)
    if go == "back":
        earlier = here.previous()
        return _show(earlier, is_new=was_danger) if earlier else _before(here.door, here)
    if go.startswith("edit:"):
        return _edit(here, go.removeprefix("edit:"))
    if go in ("stay", "resume", "add_row"):
        return _show(here, more_rows=go == "add_row")
    problems = asked_wrongly(here)
    if problems:
        return _show(here, problems=problems)
    return _show(here.turned_to(CHECK) if go == "check" else here.next(), is_new=was_danger)


def asked_wrongly(here: Position) -> list[Problem]:
    """Give the problems of the page the reporter is on."""
    return here.answered.problems(here.page) if here.page else []


def _before(door: str, here: Position | None = None) -> str:
    """The page before the first question; who goes back to it keeps what was ticked."""
    about = {"audience": DOORS[door]} | (_danger(here) if here else {})
    draft = _sealed(here) if here else ""
    return render_template("public/before.html", door=door, draft=draft, **about)


def _edit(here: Position, page_id: str) -> str:
    if page_id not in {page.id for page in here.pages}:
        raise NotFound
    return _show(here.turned_to(page_id))


def _send(here: Position, language: str) -> Response | str:
    intake: Intake = current_app.extensions["portal.intake"]
    try:
        here, filed = _file(here, language, intake)
    except NotComplete as error:
        return _show_problems(here, list(error.problems))
    told = confirmation.Sent(
        submission=here.draft.submission,
        report_id=filed.report_id,
        door=here.door,
        audience=here.answered.questionnaire.audience,
        advised=advice.choose(here.answered, door=here.door),
        agency=filed.agency,
        dangers=_dangers(here),
        # What is stored is what was sent first: nothing is promised for the rest.
        comes_first=filed.is_same and _comes_first(here),
    )
    if not filed.is_same:
        about = {"door": here.door, "draft": _sealed(here), "code_path": told.path}
        return render_template("public/already.html", **about, **told.danger)
    return redirect(told.path, 303)


def _file(here: Position, language: str, intake: Intake) -> tuple[Position, Filed]:
    """File what was answered. The same page, sent once more after its report was deleted, is a new
    report: one.
    """
    while True:
        filing = Filing(here.answered, language, here.draft.submission, here.draft.code)
        try:
            return here, submit(intake=intake, filing=filing, now=now())
        except WasDeleted:
            here = replace(here, draft=here.draft.anew())


def _show_problems(here: Position, problems: list[Problem]) -> str:
    """Go to the first page that has a problem, and show it there."""
    wrong = {problem.question for problem in problems}
    page = next(
        p for p in here.answered.questionnaire.pages if any(q.id in wrong for q in p.questions)
    )
    there = here.turned_to(page.id)
    return _show(there, problems=asked_wrongly(there))


def _dangers(here: Position) -> tuple[str, ...]:
    ticked = here.answered.kept.get("dangers", ())
    return tuple(one for one in ticked if isinstance(one, str))


def _comes_first(here: Position) -> bool:
    return assess(here.answered).priority is Priority.P0


def _sealed(here: Position) -> str:
    return seal_draft(here.draft, door=here.door)


def _show(
    here: Position,
    *,
    problems: list[Problem] | None = None,
    more_rows: bool = False,
    notice: bool = False,
    is_new: bool = False,
) -> str:
    answers = here.draft.answers
    common = _danger(here) | {
        "door": here.door,
        "draft": _sealed(here),
        "notice": notice,
        "is_new": is_new,
        "pages": here.pages,
    }
    if here.page is None:
        common["answers"] = here.answered.kept  # what is filed, and nothing else
        return render_template("public/check.html", shown=here.answered.visible, **common)
    rows = {
        question.id: rows_to_show(answers.get(question.id, ()), more=more_rows)
        for question in here.page.questions
    }
    found = {problem.question: problem.code for problem in problems or ()}
    return render_template(
        "public/question.html",
        page=here.page,
        number=here.pages.index(here.page) + 1,
        rows=rows,
        problems=found,
        visible=here.answered.visible,
        is_checked=here.draft.is_checked,
        **common,
    )


def _danger(here: Position) -> dict[str, object]:
    """Give what the emergency steps need: whether they are due, to whom, and what was told."""
    danger = here.answered.is_in_danger()
    return {
        "audience": here.answered.questionnaire.audience,
        "answers": here.draft.answers,
        "danger": danger,
        "comes_first": danger and _comes_first(here),
    }
