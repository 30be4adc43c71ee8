"""Bind a receipt: what stands in its row belongs together, as the site's pepper vouches."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256

from portal.domain.canon import canon
from portal.sealing.suite import derive


def receipt_tag(
    pepper: bytes,
    *,
    token_hash: bytes,
    report_id: bytes,
    agency: str,
    audience: str,
    expires_at: datetime,
    verify_key: bytes | None = None,
) -> bytes:
    """HMAC-SHA256 (32 bytes) over a receipt, under a key of the pepper's: no database holds it.

    `verify_key` is that of a reporter whose report is older than statements; of any other, the
    report's id is a hash of it.
    """
    key = derive(pepper, info=canon("receipt-tag-v2"))
    seconds = int(expires_at.timestamp())
    bound = canon("receipt-v2", token_hash, report_id, agency, audience, seconds, verify_key or b"")
    return hmac.digest(key, bound, sha256)
