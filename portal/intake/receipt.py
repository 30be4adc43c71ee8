"""Receipts as the public site writes and reads them: each is bound by a tag of the pepper's."""

from __future__ import annotations

import hmac
from dataclasses import replace

from portal.sealing.receipt import receipt_tag
from portal.store.receipts import ReceiptRow


def tagged(row: ReceiptRow, *, pepper: bytes) -> ReceiptRow:
    """Give the same receipt with its tag."""
    return replace(row, tag=_tag(row, pepper))


def is_bound(row: ReceiptRow, *, pepper: bytes) -> bool:
    """Tell whether nobody without the pepper changed the receipt."""
    return row.tag is not None and hmac.compare_digest(row.tag, _tag(row, pepper))


def _tag(row: ReceiptRow, pepper: bytes) -> bytes:
    return receipt_tag(
        pepper,
        token_hash=row.token_hash,
        report_id=row.report_id,
        agency=row.agency,
        audience=row.audience,
        expires_at=row.expires_at,
        verify_key=row.verify_key,
    )
