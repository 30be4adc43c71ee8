"""Errors at the desk: shown on the page of the refused form, with the typed text still in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import (
    Flask,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.access import MembershipError, Permission
from portal.domain.errors import (
    CaseError,
    Conflict,
    LogBroken,
    NotFound,
    OpenFailed,
    PermissionRefused,
    PortalError,
    PowerChanged,
    SignInRefused,
    StoreUnavailable,
    TooManyTries,
)
from portal.staff import guard
from portal.staff.forms import once, typed, unsent
from portal.staff.forms.once import FormTooOld
from portal.staff.forms.typed import FORMS, Typed
from portal.staff.guard import SessionOver
from portal.staff.text.error_messages import text_of
from portal.triage import WritingError
from portal.web import body, logs

STATUS: Mapping[type[PortalError], int] = {
    FormTooOld: 400,
    CaseError: 422,
    Conflict: 409,
    MembershipError: 422,
    LogBroken: 403,
    NotFound: 404,
    OpenFailed: 403,
    PermissionRefused: 403,
    PowerChanged: 403,
    SignInRefused: 403,
    TooManyTries: 429,
    WritingError: 422,
}
"""The status with which each kind of error is told."""

_PAGES: Mapping[str, str] = {
    "queue": "queue.see",
    "case": "case.see",
    "reply": "reply.write",
    "deletion": "deletion.ask",
    "members": "members.everyone",
    "audit": "audit.log",
    "own_sessions": "account.mine",
}
"""The page to which the acts of each part of the desk belong."""

_HTTP = frozenset({400, 403, 404, 405, 413, 415, 429, 503})


class FormOfAnother(PortalError):
    """The form was shown to another member, in the same browser."""

    code = "form.another"


@dataclass(frozen=True, slots=True)
class Problem:
    """What was refused: the error's code, its sentence, and the endpoint it was sent to."""

    code: str
    sentence: str
    endpoint: str


def prepare(app: Flask) -> None:
    """Answer every error of the desk."""
    for kind, status in STATUS.items():
        app.register_error_handler(kind, _handler(status))
    app.register_error_handler(FormOfAnother, _of_another)
    app.register_error_handler(SessionOver, _session_over)
    app.register_error_handler(CSRFError, lambda _: refuse(400, "form.too_old"))
    app.register_error_handler(HTTPException, _http)
    for down in (StorageError, RedisError, StoreUnavailable):
        app.register_error_handler(down, lambda error: _failed(error, 503))
    app.register_error_handler(Exception, lambda error: _failed(error, 500))
    app.jinja_env.globals.update(problem_at=problem_at, is_refused=is_refused)


def check_owner() -> None:
    """Before a view: nobody acts with a form that was shown to somebody else."""
    if request.method == "POST" and g.get("signed_in") and typed.is_another_members():
        raise FormOfAnother


def problem_at(*endpoints: str) -> Problem | None:
    """Give what was refused at one of these forms; without any, what belongs to none of them."""
    found: Problem | None = g.get("problem")
    if found is None or (endpoints and found.endpoint not in endpoints):
        return None
    if not endpoints and found.endpoint in FORMS:
        return None
    return found


def is_refused(path: str) -> bool:
    """Tell whether it was the form to this path that was refused, where a page has several."""
    return g.get("problem") is not None and request.path == path


def refuse(status: int, code: str) -> Response:
    """Show the page again as it was filled in, with the reason at the form; keep the text."""
    if request.method == "POST":
        body.check_late()
    forms = typed.typed_forms()
    if request.method == "POST" and not _answers_strangers() and not (who := _find_session()):
        return _session_over(SessionOver()) if who is False else _unsure(status, code, forms)
    if status >= 500:
        once.ask_again()
    for one in forms:
        _save_draft(one)
    unsent.show_again(forms)
    g.problem = Problem(code, text_of(code), request.endpoint or "")
    response = make_response(_page() or _plain(forms), status)
    if code == TooManyTries.code:
        response.headers["Retry-After"] = str(TooManyTries.retry_after)
    return response


def _handler(status: int) -> Callable[[PortalError], Response]:
    return lambda error: refuse(status, error.code)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code == 413 and _find_session():
        typed.spare_too_much()
    response = refuse(code, f"http.{code if code in _HTTP else 500}")
    allowed = getattr(error, "valid_methods", None)
    if code == 405 and allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _failed(error: Exception, status: int) -> Response:
    logs.failure(error)
    return refuse(status, f"http.{status}")


def _session_over(_: SessionOver) -> Response:
    """Show the sign-in page; it carries the typed text sealed, for the member who typed it."""
    if request.form.get(unsent.WAITING):
        return make_response(sign_in_page(unsent.still_waiting()), 403)
    every = [one for one in typed.typed_forms() if not (one.texts() and _is_done(one))]
    forms = [one for one in every if one.writer]
    if not forms:
        if any(one.texts() for one in every):
            flash(text_of("text.dropped"), "problem")
        return redirect(url_for("sign_in.form"), 303)
    for one in forms:
        _save_draft(one)
    g.problem = Problem("session.over", text_of("session.over"), "sign_in.enter")
    first = next((one for one in forms if one.texts()), forms[-1])
    return make_response(sign_in_page(unsent.waiting(first)), 403)


def _of_another(error: FormOfAnother) -> Response:
    """Save the text as a draft of the member who wrote it, and show none of it."""
    for one in typed.typed_forms():
        _save_draft(one)
    g.problem = Problem(error.code, text_of(error.code), "")
    return make_response(_plain([]), 403)


def sign_in_page(waiting: str = "") -> str:
    """Draw the form for signing in, with what waits for its member."""
    return render_template("staff/sign_in.html", waiting=waiting)


def _unsure(status: int, code: str, forms: list[Typed]) -> Response:
    """The session can't be looked up: carry the text sealed, for its writer alone to see later."""
    g.problem = Problem(code, text_of(code), "")
    waiting = [sealed for one in forms if (sealed := unsent.waiting(one))]
    return make_response(
        render_template("staff/failed.html", problem=g.problem, kept=[], waiting=waiting[:1]),
        status,
    )


def _find_session() -> bool | None:
    """Find who asks, also where an error came before the guard; None where it can't be told."""
    if not g.get("signed_in"):
        g.signed_in = None
        try:
            guard.recognise()
        except Exception as error:
            logs.failure(error)
            return None
    return bool(g.signed_in)


def _answers_strangers() -> bool:
    wanted = guard.permission_of(current_app, request.endpoint)
    return wanted is None or wanted == guard.OPEN


def _save_draft(one: Typed) -> None:
    """Save a draft, if that can be done: the page that says what failed must not fail itself."""
    if not one.texts() or _is_done(one):
        return
    try:
        unsent.save(one)
    except Exception as error:
        logs.failure(error)


def _is_done(one: Typed) -> bool:
    """Tell whether its text was sent: then it waits for nothing, whatever has failed since."""
    member = one.writer.member if one.writer else guard.me().member if g.get("signed_in") else ""
    try:
        sent = once.mark(member, one.action) if member else ()
        return bool(sent) and once.was_done(*sent)
    except Exception as error:
        logs.failure(error)
        return False


def _page() -> str | None:
    """Show the page to which the refused form belongs; None where that can't be done."""
    endpoint = request.endpoint or ""
    name = FORMS[endpoint].page if endpoint in FORMS else _PAGES.get(request.blueprint or "")
    g.setdefault("signed_in", None)
    if request.method != "POST" or name is None or not _may(endpoint) or not _may(name):
        return None
    try:
        given = typed.arguments_of(name, request.view_args or {})
        page = current_app.ensure_sync(current_app.view_functions[name])(**given)
    except Exception as error:
        if not isinstance(error, PortalError):
            logs.failure(error)
        return None
    return page if isinstance(page, str) else None


def _may(endpoint: str) -> bool:
    wanted = guard.permission_of(current_app, endpoint)
    if wanted == guard.OPEN:
        return True
    return bool(g.signed_in) and wanted is not None and guard.me().can(Permission(wanted))


def _plain(forms: list[Typed]) -> str:
    """Say it on a page of its own, with the text in a form that can be sent again."""
    kept = [one for one in forms if one.texts()]
    try:
        return render_template("staff/refused.html", problem=g.problem, kept=kept)
    except Exception as error:
        logs.failure(error)
        return render_template("staff/failed.html", problem=g.problem, kept=kept)
