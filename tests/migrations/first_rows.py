"""One row of every table as the first release made it: whatever comes later has to keep them."""

from __future__ import annotations

from sqlalchemy import Engine, text

REPORT = bytes(range(16))
HASH = "ab" * 32
MADE = 1_764_000_000

ROWS: dict[str, dict[str, dict[str, object]]] = {
    "shred": {
        "shred_keys": {"id": b"s" * 16, "key": b"k" * 32, "created_at": MADE},
    },
    "reports": {
        "definitions": {"hash": HASH, "source": b"id = 'child'\n"},
        "reports": {
            "id": REPORT,
            "agency": "hotline-vn",
            "audience": "child",
            "locale": "vi",
            "category": "sexual_extortion_pictures",
            "priority": 1,
            "status": "in_review",
            "closed_reason": None,
            "received_at": MADE,
            "due_at": MADE + 900,
            "assigned_to": "linh",
            "lease_until": MADE + 1800,
            "deletion_asked_at": None,
            "definition_hash": HASH,
        },
        "envelopes": {
            "report_id": REPORT,
            "revision": 0,
            "format": 1,
            "shred_id": b"s" * 16,
            "sealed_at": MADE,
            "definition_hash": HASH,
        },
        "grants": {
            "report_id": REPORT,
            "revision": 0,
            "compartment": "triage",
            "key_id": b"i" * 16,
            "recipient": "hotline-vn",
            "epoch": 1,
            "sealed": b"g" * 1168,
        },
        "fields": {
            "report_id": REPORT,
            "revision": 0,
            "field": "story",
            "compartment": "triage",
            "position": 3,
            "wrapped_dek": b"w" * 48,
            "ciphertext": b"\x00\xff" * 56,
        },
        "receipts": {
            "token_hash": b"t" * 32,
            "report_id": REPORT,
            "expires_at": MADE + 86_400,
            "last_used_on": None,
        },
        "messages": {
            "id": b"m" * 16,
            "report_id": REPORT,
            "sealed": b"r" * 1200,
            "sent_at": MADE + 60,
        },
        "case_texts": {
            "id": b"c" * 16,
            "report_id": REPORT,
            "kind": "note",
            "author": "linh",
            "written_at": MADE + 60,
            "wrapped_dek": b"w" * 48,
            "ciphertext": b"n" * 112,
        },
        "members": {
            "name": "linh",
            "role": "analyst",
            "agency": "hotline-vn",
            "status": "active",
            "public_key": b"p" * 1216,
            "salt": b"s" * 16,
            "sealed_seed": b"e" * 60,
            "sealed_totp": b"o" * 48,
            "totp_last_step": 58_000_000,
            "invite_hash": None,
            "invite_expires_at": None,
            "created_at": MADE,
        },
        "role_grants": {
            "member": "linh",
            "agency": "hotline-vn",
            "compartment": "triage",
            "epoch": 1,
            "key_id": b"i" * 16,
            "sealed_seed": b"g" * 1168,
            "granted_by": "ceremony",
            "granted_at": MADE,
        },
        "sessions": {
            "id_hash": b"h" * 32,
            "member": "linh",
            "sealed_seed": b"e" * 60,
            "created_at": MADE,
            "seen_at": MADE,
            "expires_at": MADE + 3600,
        },
        "audit": {
            "sequence": 1,
            "at": MADE,
            "actor": "linh",
            "action": "case:open",
            "object": "report:00",
            "agency": "hotline-vn",
            "previous": bytes(32),
            "hash": b"h" * 32,
            "signature": b"s" * 64,
        },
    },
}
"""By line and table, in an order that the foreign keys allow. Never changed once released."""


MOVED = {"members": ("salt", "sealed_seed")}
"""Columns whose values r0011 took to a table of their own."""


def is_kept(table: str, row: dict[str, object], found: dict[str, list[dict[str, object]]]) -> bool:
    """Tell whether a row still stands with all it had, in the place of today."""
    moved = {name: row[name] for name in MOVED.get(table, ()) if name in row}
    if moved and "factor_sets" in found:
        mine = {"member": row["name"], "kind": "passphrase", "created_at": row["created_at"]}
        if not any((mine | moved).items() <= one.items() for one in found["factor_sets"]):
            return False
        row = {name: value for name, value in row.items() if name not in moved}
    return any(row.items() <= one.items() for one in found[table])


SINCE: dict[str, dict[str, object]] = {
    "tombstones": {
        "report_id": b"d" * 16,
        "agency": "hotline-vn",
        "deleted_by": "reporter",
        "deleted_at": MADE + 120,
    },
    "unread": {"report_id": REPORT, "compartment": "triage"},
}
"""One row of every table of the reports that came up to r0004."""


def insert(engine: Engine, table: str, row: dict[str, object]) -> None:
    """Write one row with nothing but SQL: today's tables are not asked."""
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    with engine.execution_options(portal_write=True).begin() as plain:
        plain.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
