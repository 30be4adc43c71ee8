"""The audit key signs what it signs."""

from portal.vault.signing import AuditKey

KEY = AuditKey(bytes(32))


def test_a_signature_holds_for_its_entry_and_key() -> None:
    signature = KEY.sign(b"entry")
    assert KEY.verify(signature, b"entry")
    assert not KEY.verify(signature, b"entry2")
    assert not KEY.verify(bytes(64), b"entry")
    assert not AuditKey(b"x" * 32).verify(signature, b"entry")
