"""The audit log and the timeline in words: what was done, and to what."""

from __future__ import annotations

from portal.domain.case import CLOSE_REASONS, STATUSES, Status, reference
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.report import Audience
from portal.store.reports import ReportRow
from portal.web.i18n import lazy_gettext, translate

ACTIONS = {
    "case:opened.triage": lazy_gettext("opened what happened"),
    "case:opened.indicators": lazy_gettext("opened who the offender is"),
    "case:opened.identity": lazy_gettext("opened how to reach the reporter"),
    "case:taken": lazy_gettext("took the report"),
    "case:released": lazy_gettext("freed the report: its holder has left"),
    "case:given_back": lazy_gettext("gave the report back"),
    "case:assigned": lazy_gettext("assigned the report"),
    "case:noted": lazy_gettext("wrote a note"),
    "case:replied": lazy_gettext("replied to the reporter"),
    "case:deleted": lazy_gettext("deleted the report, as the reporter asked"),
    "case:kept": lazy_gettext("kept the report and told the reporter why"),
    "reporter:added": lazy_gettext("the reporter wrote more"),
    "grant:given": lazy_gettext("granted keys"),
    "grant:withdrawn": lazy_gettext("withdrew keys"),
    "member:invited": lazy_gettext("invited a member"),
    "member:enrolled": lazy_gettext("enrolled a member"),
    "member:stated": lazy_gettext("wrote a member of an earlier release into the log"),
    "reports:told": lazy_gettext("signed where reports of an earlier release stand"),
    "member:recovered": lazy_gettext("came back with a recovery code"),
    "member:passphrase_changed": lazy_gettext("changed their passphrase"),
    "member:phone_changed": lazy_gettext("set up another phone"),
    "member:codes_made": lazy_gettext("made new recovery codes"),
    "member:removed": lazy_gettext("removed a member"),
    "session:started": lazy_gettext("signed in"),
    "session:ended": lazy_gettext("signed out"),
    "session:slowed": lazy_gettext("failed so often at sign-in that it was slowed down"),
    "session:code_refused": lazy_gettext("gave the right passphrase with a code that did not fit"),
    "session:key_differs": lazy_gettext(
        "was refused at sign-in: the key in the database is not theirs"
    ),
    "session:recovery_refused": lazy_gettext(
        "gave a right recovery code with something that did not fit"
    ),
    "session:refused": lazy_gettext("was refused at sign-in"),
}


def action_label(action: str) -> str:
    """Say what an entry's action is; its tag, where it has no words."""
    tag = action.split(" ", maxsplit=1)[0]
    if tag.startswith("case:moved."):
        status = tag.removeprefix("case:moved.")
        return translate(STATUSES[Status(status)]) if status in set(Status) else tag
    return str(ACTIONS.get(tag, tag))


def object_name(about: str) -> str:
    """Give a report its short name, and leave every other object as it is."""
    kind, _, name = about.partition(":")
    if kind == "report" and len(name) == 32:
        return reference(bytes.fromhex(name))
    return about


def close_reason(reason: str) -> str:
    """Say why a case was closed."""
    return translate(CLOSE_REASONS.get(reason, reason))


def question_label(name: str, row: ReportRow) -> str:
    """Give the desk's label of a question that today's questionnaire asks."""
    if row.audience not in set(Audience):
        return name
    question = load_builtin(Audience(row.audience)).question(name)
    return translate(question.label) if question else name
