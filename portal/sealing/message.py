"""A reply to a reporter, sealed to the key that only the reporter's code gives."""

from __future__ import annotations

from portal.domain.canon import canon
from portal.sealing.padding import pad
from portal.sealing.suite import seal_to


def seal_reply(*, public: bytes, report_id: bytes, message_id: bytes, text: str) -> bytes:
    """Seal one reply (padded), bound to its report and to its own id (16 bytes each)."""
    info = reply_info(report_id=report_id, message_id=message_id)
    return seal_to(public, pad(text.encode("utf-8")), info=info)


def reply_info(*, report_id: bytes, message_id: bytes) -> bytes:
    """The context of a reply."""
    return canon("reply-v1", report_id, message_id)
