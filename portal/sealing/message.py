"""A reply to a reporter, sealed to the key that only the reporter's code gives."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.domain.canon import canon
from portal.domain.errors import OpenFailed
from portal.sealing.padding import pad
from portal.sealing.suite import derive, seal_to


def seal_reply(*, public: bytes, report_id: bytes, message_id: bytes, text: str) -> bytes:
    """Seal one reply (padded), bound to its report and to its own id (16 bytes each)."""
    info = reply_info(report_id=report_id, message_id=message_id)
    return seal_to(public, pad(text.encode("utf-8")), info=info)


def reply_info(*, report_id: bytes, message_id: bytes) -> bytes:
    """The context of a reply."""
    return canon("reply-v1", report_id, message_id)


def cover(sealed: bytes, *, shred_key: bytes, report_id: bytes, message_id: bytes) -> bytes:
    """Put a sealed reply under a shred key of its own (32 bytes): without it nobody opens it.

    AES-256-GCM with a key derived for this one reply, so the nonce is zero.
    """
    key = derive(shred_key, info=canon("reply-cover-v1", report_id, message_id))
    return AESGCM(key).encrypt(bytes(12), sealed, None)


def uncover(covered: bytes, *, shred_key: bytes, report_id: bytes, message_id: bytes) -> bytes:
    """Undo `cover`; raises the one opaque `OpenFailed`."""
    key = derive(shred_key, info=canon("reply-cover-v1", report_id, message_id))
    try:
        return AESGCM(key).decrypt(bytes(12), covered, None)
    except InvalidTag:
        raise OpenFailed from None
