"""What the desk says when something can't be done. No error is ever shown as a success."""

from __future__ import annotations

from portal.domain.errors import PortalError
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext

_SAID = {
    "text.empty": lazy_gettext("Nothing was kept or sent: the text is empty."),
    "text.too_long": lazy_gettext("Nothing was kept or sent: write at most 4000 characters."),
    "reply.no_receipt": lazy_gettext("Nothing was sent: this reporter took no code."),
    "case.move": lazy_gettext("Nothing was changed: this case can't be moved there."),
    "case.reason": lazy_gettext("Nothing was changed: choose a reason."),
    "conflict": lazy_gettext("Nothing was changed: somebody was faster. Look again."),
    "conflict.not_held": lazy_gettext("Nothing was sent: take the report first."),
    "conflict.not_asked": lazy_gettext("Nothing was changed: no deletion is asked for."),
    "conflict.unread": lazy_gettext(
        "Nothing was changed and nothing was sent: the reporter wrote more. Read it, then decide"
        " again."
    ),
    "form.too_old": lazy_gettext(
        "Nothing was changed yet: this page waited too long. Look at it and press again."
    ),
    "form.used": lazy_gettext(
        "Nothing was changed: this form was sent before, with other words. Press again to send"
        " these too."
    ),
    "grant.not_held": lazy_gettext("Nothing was granted: you don't hold these keys yourself."),
    "grant.not_enrolled": lazy_gettext(
        "Nothing was granted: this member has not enrolled yet, or was removed."
    ),
    "grant.role": lazy_gettext("Nothing was granted: that role may not hold these keys."),
    "grant.no_fingerprint": lazy_gettext(
        "Nothing was granted: a fingerprint has 20 digits, from 0 to 9 and from a to f. Let your"
        " colleague read them again."
    ),
    "grant.fingerprint": lazy_gettext(
        "Nothing was granted: the key in the database has another fingerprint. Let your colleague"
        " read it again. If it still differs, somebody may have changed the database: tell your"
        " administrator and the auditor."
    ),
    "name": lazy_gettext("A name has 3 to 32 small letters, digits, dots or dashes."),
    "invitation": lazy_gettext("This invitation is not known, was used, or has run out."),
    "code": lazy_gettext("The code doesn't fit. Wait for the next one and try again."),
    "passphrase.too_short": lazy_gettext("Make it longer: 14 characters, or four words."),
    "passphrase.too_long": lazy_gettext("Make it shorter: at most 256 characters."),
    "passphrase.repeated": lazy_gettext("Use more than a few different characters."),
    "passphrase.is_name": lazy_gettext("Add more: your name alone is easy to guess."),
    "passphrase.common": lazy_gettext(
        "Take another one: many people use something like this, so it is guessed quickly. Four or"
        " five words that have nothing to do with each other are easy to keep in mind and hard to"
        " guess."
    ),
    "passphrase.different": lazy_gettext("The two passphrases are not the same."),
    "form.another": lazy_gettext(
        "Nothing was changed: another member had opened that form. What they typed is kept for them"
        " alone. Open the page again."
    ),
    "text.dropped": lazy_gettext(
        "What was typed before could not be kept: it can't be told whose it was."
    ),
    "text.another": lazy_gettext(
        "What was typed before belongs to another member. It is kept for them, and not shown here."
    ),
    "session.over": lazy_gettext(
        "Your session was over, so nothing was done yet. Sign in, then press again."
    ),
    "sign_in": lazy_gettext(
        "That did not fit. Check the name, the passphrase and the code. A code works once."
    ),
    "authority.changed": lazy_gettext(
        "Nothing was done: somebody changed in the database what a member is or holds. Those rows"
        " count no more. Tell the people who run this site; an administrator can remove the member."
    ),
    "authority.log": lazy_gettext(
        "Nothing was done: the audit log lacks entries, or has others than were written. Until it"
        " is put right nobody can sign in, grant keys or delete. Tell the people who run this site."
    ),
    "sign_in.busy": lazy_gettext(
        "Many wrong tries are coming in, so this one was not checked. Wait 3 seconds, then press"
        " again. A browser in which you have signed in before does not have to wait."
    ),
    "sign_in.again": lazy_gettext(
        "Nothing was changed: that did not fit. Check the current passphrase and the code. A code"
        " works once."
    ),
    "sign_in.recovery": lazy_gettext(
        "That did not fit, so nothing was opened. Check the name and both things that you typed."
        " Each code works once."
    ),
    "recovery.length": lazy_gettext(
        "Nothing was checked: a recovery code has 28 letters and digits. Compare it with your"
        " paper."
    ),
    "recovery.check": lazy_gettext(
        "Nothing was checked: there is a typing error in the recovery code. Compare it with your"
        " paper."
    ),
    "code.new_phone": lazy_gettext(
        "Nothing was changed: the code of the new phone doesn't fit. Wait for the next one and try"
        " again."
    ),
    "sign_in.key_differs": lazy_gettext(
        "Your key in the database is not yours. Nothing was opened. Tell your administrator and the"
        " auditor at once: somebody may have changed the database."
    ),
    "role": lazy_gettext("Nothing was done: choose a role."),
    "conflict.name": lazy_gettext("Nothing was done: that name is taken."),
    "http.400": lazy_gettext("Nothing was changed: we could not read that."),
    "http.403": lazy_gettext("Nothing was changed: you may not do this."),
    "http.404": lazy_gettext("There is no such page."),
    "http.405": lazy_gettext("Nothing was changed: that page only answers its own form."),
    "http.413": lazy_gettext("Nothing was kept or sent: that was too much at once. Shorten it."),
    "http.415": lazy_gettext(
        "Nothing was kept or sent: pictures and files are never taken. Only the words are left."
    ),
    "http.429": lazy_gettext(
        "Nothing was changed: too many tries. Wait a minute, then press again."
    ),
    "http.500": lazy_gettext("Something failed on our side. Press again: nothing is done twice."),
    "http.503": lazy_gettext(
        "This does not work right now. Press again soon: nothing is done twice."
    ),
    "open": lazy_gettext("It did not open. Nothing was changed."),
    "permission": lazy_gettext("Your role may not do this."),
    "permission.no_keys": lazy_gettext(
        "You hold no keys to the reports, so you can't take one. Ask a colleague to grant them."
    ),
    "permission.cannot_work": lazy_gettext(
        "Nothing was changed: this member can't work on reports now."
    ),
    "not_found": lazy_gettext("There is no such thing at your agency."),
}


def said(error: PortalError) -> str:
    """Give the sentence for an error."""
    return text_of(error.code)


def text_of(code: str) -> str:
    """Give the sentence for an error's code."""
    found = _SAID.get(code)
    return str(found) if found else _("Something went wrong. Nothing was changed.")
