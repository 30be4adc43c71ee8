"""The tables. Private to the store: everybody else gets frozen rows.

`docs/data-inventory.md` says of every column whether it is sealed, hashed or clear, and why.
"""

from portal.store.tables.audit import AuditEntry, AuditMark
from portal.store.tables.base import NAMING, Base, Bytes, ShredBase, UtcTime
from portal.store.tables.correspondence import CaseText, Message, Receipt
from portal.store.tables.deployment import CompatibleFrom, Deployment
from portal.store.tables.envelopes import Envelope, EnvelopeGrant, Field
from portal.store.tables.incidents import Incident
from portal.store.tables.members import (
    ActDone,
    DeskSession,
    Draft,
    FactorSet,
    Member,
    RoleGrant,
)
from portal.store.tables.reports import (
    IS_OPEN,
    IS_UNREAD,
    RESTS_UNREAD,
    Definition,
    Report,
    Tombstone,
    Unread,
)
from portal.store.tables.shred import (
    IS_UNCONFIRMED,
    ShredCompatibleFrom,
    ShredDeployment,
    ShredKey,
    SweptKey,
)

__all__ = [
    "IS_OPEN",
    "IS_UNCONFIRMED",
    "IS_UNREAD",
    "NAMING",
    "RESTS_UNREAD",
    "ActDone",
    "AuditEntry",
    "AuditMark",
    "Base",
    "Bytes",
    "CaseText",
    "CompatibleFrom",
    "Definition",
    "Deployment",
    "DeskSession",
    "Draft",
    "Envelope",
    "EnvelopeGrant",
    "FactorSet",
    "Field",
    "Incident",
    "Member",
    "Message",
    "Receipt",
    "Report",
    "RoleGrant",
    "ShredBase",
    "ShredCompatibleFrom",
    "ShredDeployment",
    "ShredKey",
    "SweptKey",
    "Tombstone",
    "Unread",
    "UtcTime",
]
