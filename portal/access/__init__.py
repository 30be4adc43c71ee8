"""Who somebody is, what they may do, and which keys they hold."""

from portal.access.act import Act, Principal, Sign
from portal.access.auditing import AuditPage, audit_page, verify_audit
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
    prepare_enrolment,
    remove,
    role_of,
)
from portal.access.people import Due, Person, epochs_due, people, person
from portal.access.roles import OPENING, PERMISSIONS, Permission, Role, compartments_of, is_allowed
from portal.access.signin import REFUSED, SLOWED, Claim, SignedIn, resume, sign_in, sign_out, touch

__all__ = [
    "OPENING",
    "PERMISSIONS",
    "REFUSED",
    "SLOWED",
    "Act",
    "AuditPage",
    "Claim",
    "Due",
    "Enrolment",
    "MembershipError",
    "Permission",
    "Person",
    "Principal",
    "Role",
    "Sign",
    "SignedIn",
    "Writer",
    "accept_invitation",
    "audit_page",
    "compartments_of",
    "end_stale_sessions",
    "enrol_member",
    "epochs_due",
    "find_drafts",
    "forget_draft",
    "grant",
    "grant_seed",
    "invite",
    "invited",
    "is_allowed",
    "keyring",
    "people",
    "person",
    "prepare_enrolment",
    "remove",
    "resume",
    "role_of",
    "save_draft",
    "sign_in",
    "sign_out",
    "touch",
    "verify_audit",
    "withdraw",
    "writer",
]
