"""One tree of errors. None of them ever holds a word that a person typed."""

from __future__ import annotations

from typing import ClassVar


class PortalError(Exception):
    """The root: `code` names the error for the pages that explain it."""

    code = "error"

    def __init__(self, code: str | None = None) -> None:
        self.code = code or type(self).code
        super().__init__(self.code)


class ConfigError(PortalError):
    """The deployment's settings are wrong; `reason` says which and how to mend them."""

    code = "config"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        """Show the operator the reason: settings hold no report."""
        return self.reason


class StoreUnavailable(PortalError):
    """A database does not answer, is busy for too long, or can't be written; try again later.

    `reason` says which one and why, where that is known; it holds no address and no password.
    """

    code = "store.unavailable"

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        """Tell the operator what to look at."""
        return self.reason or (
            "a database does not answer: is it running, and are DATABASE_URL and"
            " SHRED_DATABASE_URL right?"
        )


class ManifestError(ConfigError):
    """The manifest of public keys is not to be trusted."""

    code = "manifest"


class _FileError(PortalError):
    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__()
        self.file, self.line, self.reason = file, line, reason

    def __str__(self) -> str:
        """Point at the line, as a compiler would."""
        return f"{self.file}:{self.line}: {self.reason}"


class QuestionnaireError(_FileError):
    """A questionnaire file is wrong at `line` (1-based), for `reason`."""

    code = "questionnaire"


class RoutingError(_FileError):
    """A file of agencies and rules is wrong at `line` (1-based), for `reason`."""

    code = "routing"


class GuidanceError(_FileError):
    """A file of guidance is wrong at `line` (1-based), for `reason`."""

    code = "guidance"


class ReceiptError(PortalError):
    """A code can't be one of ours (`receipt.length`, `receipt.check`), or is not known
    (`receipt.unknown`)."""

    code = "receipt.unknown"


class CaseError(PortalError):
    """A case may not move that way (`case.move`, `case.reason`)."""

    code = "case.move"


class PermissionRefused(PortalError):
    """The member may not do this."""

    code = "permission"


class NotFound(PortalError):
    """There is no such thing, or none that the asker may see."""

    code = "not_found"


class Conflict(PortalError):
    """Somebody else was faster; nothing was changed."""

    code = "conflict"


class UnreadWords(Conflict):
    """The reporter wrote more than the member has read; nothing was changed."""

    code = "conflict.unread"


class SignInRefused(PortalError):
    """The member, the passphrase or the code is wrong; which one is not said.

    `is_code_wrong`, with the right passphrase, is for counting alone: no answer depends on it.
    """

    code = "sign_in"

    def __init__(self, *, is_code_wrong: bool = False) -> None:
        super().__init__()
        self.is_code_wrong = is_code_wrong


class PowerChanged(PortalError):
    """What a member is or holds was changed by somebody who wrote to the database."""

    code = "authority.changed"


class LogBroken(PortalError):
    """The audit log lacks entries, or has others than were written: nobody gets power from it."""

    code = "authority.log"


class ProofRefused(SignInRefused):
    """A member who is signed in gave a wrong passphrase or a wrong code where both are asked."""

    code = "sign_in.again"


class KeyDiffers(SignInRefused):
    """All three things were right, but the public key in the database is not the member's own."""

    code = "sign_in.key_differs"


class TooManyTries(PortalError):
    """There is no room for another try to sign in just now; nothing was checked."""

    code = "sign_in.busy"
    retry_after: ClassVar[int] = 3
    """Seconds to wait. The page says this number."""


class OpenFailed(PortalError):
    """A ciphertext did not open. One way only: it never says why."""

    code = "open"

    def __init__(self) -> None:
        super().__init__("open")
