"""Who somebody is, what they may do, and which keys they hold."""

from portal.access.act import Act, Principal, Sign
from portal.access.granting import grant, grant_seed, keyring, withdraw
from portal.access.membership import (
    Enrolment,
    MembershipError,
    accept_invitation,
    enrol_member,
    invite,
    invited,
    remove,
)
from portal.access.roles import OPENING, PERMISSIONS, Permission, Role, compartments_of, is_allowed
from portal.access.signin import Claim, SignedIn, resume, sign_in, sign_out

__all__ = [
    "OPENING",
    "PERMISSIONS",
    "Act",
    "Claim",
    "Enrolment",
    "MembershipError",
    "Permission",
    "Principal",
    "Role",
    "Sign",
    "SignedIn",
    "accept_invitation",
    "compartments_of",
    "enrol_member",
    "grant",
    "grant_seed",
    "invite",
    "invited",
    "is_allowed",
    "keyring",
    "remove",
    "resume",
    "sign_in",
    "sign_out",
    "withdraw",
]
