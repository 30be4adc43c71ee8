"""Seal with public keys only: the manifest, the envelope, and replies to a reporter."""
