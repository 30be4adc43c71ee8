"""Who somebody is, what they may do, and which keys they hold."""

from portal.access import totp
from portal.access.auditing import AuditPage, audit_page, verify_audit
from portal.access.directory import DirectoryEntry, Due, epochs_due, find_member, list_members
from portal.access.drafts import Writer, find_drafts, forget_draft, save_draft, writer
from portal.access.granting import grant, grant_seed, keyring, withdraw
from portal.access.leaving import end_stale_sessions
from portal.access.membership import (
    Enrolment,
    MembershipError,
    accept_invitation,
    enrol_member,
    invite,
    invited,
    is_active,
    key_of,
    of_agency,
    own_fingerprint,
    prepare_enrolment,
    remove,
    role_of,
)
from portal.access.principal import Act, Principal, Sign, Verify
from portal.access.roles import OPENING, PERMISSIONS, Permission, Role, compartments_of, is_allowed
from portal.access.sign_in import REFUSED, SLOWED, Claim, SignedIn, resume, sign_in, sign_out, touch

__all__ = [
    "OPENING",
    "PERMISSIONS",
    "REFUSED",
    "SLOWED",
    "Act",
    "AuditPage",
    "Claim",
    "DirectoryEntry",
    "Due",
    "Enrolment",
    "MembershipError",
    "Permission",
    "Principal",
    "Role",
    "Sign",
    "SignedIn",
    "Verify",
    "Writer",
    "accept_invitation",
    "audit_page",
    "compartments_of",
    "end_stale_sessions",
    "enrol_member",
    "epochs_due",
    "find_drafts",
    "find_member",
    "forget_draft",
    "grant",
    "grant_seed",
    "invite",
    "invited",
    "is_active",
    "is_allowed",
    "key_of",
    "keyring",
    "list_members",
    "of_agency",
    "own_fingerprint",
    "prepare_enrolment",
    "remove",
    "resume",
    "role_of",
    "save_draft",
    "sign_in",
    "sign_out",
    "totp",
    "touch",
    "verify_audit",
    "withdraw",
    "writer",
]
