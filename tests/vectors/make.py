"""Make the committed samples: `python -m tests.vectors.make`. They are made once for a format.

A sample that is in use is never made anew: it has to open for ever. A new format gets new files.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from portal.domain.recovery_code import (
    RANDOM_BYTES,
    format_recovery_code,
    new_recovery_code,
)
from portal.domain.statement import Columns, state
from portal.mailbox.reporter import derive_keys
from portal.sealing.message import seal_reply
from portal.sealing.seal import seal_report
from portal.sealing.statement import StatementKey
from portal.sealing.suite import public_from_seed
from portal.vault.member import seal_with_code, seal_with_passphrase
from portal.vault.signing import sign_manifest
from tests.builders.envelopes import (
    AGENCIES,
    KEYS,
    MANIFEST,
    NOW,
    PLAIN,
    REPORT,
    SHRED_ID,
    SHRED_KEY,
    stream,
)

FOLDER = Path(__file__).parent
CODE, SALT, PEPPER = "31415926535897932384", b"s" * 32, b"p" * 32
MESSAGE = b"message number 1"
NAME, PASSPHRASE, SEED = "linh", "lantern mango paper boat", b"m" * 32


def text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def envelope() -> dict[str, Any]:
    signer = StatementKey(b"v" * 32)
    sealed = seal_report(
        manifest=MANIFEST,
        report_id=signer.report_id,
        agency=AGENCIES[0],
        revision=0,
        shred_id=SHRED_ID,
        shred_key=SHRED_KEY,
        plain=PLAIN,
        random=stream("vectors"),
    )
    told = Columns(AGENCIES[0], "child", "ab" * 32, NOW, "vi", "grooming", "1")
    sealed = replace(sealed, signed=signer.sign(state(sealed, told)))
    return {
        "roles": [[r.agency, r.compartment, r.epoch, text(r.seed)] for r in KEYS.roles],
        "recovery": text(KEYS.recovery),
        "shred_key": text(SHRED_KEY),
        "envelope": _plain(asdict(sealed)),
        "texts": {item.field: item.text for item in PLAIN},
    }


def reply() -> dict[str, Any]:
    keys = derive_keys(CODE, salt=SALT, pepper=PEPPER)
    sealed = seal_reply(
        public=keys.public, report_id=REPORT, message_id=MESSAGE, text="Cảm ơn em đã kể."
    )
    return {
        "code": CODE,
        "salt": text(SALT),
        "pepper": text(PEPPER),
        "token_hash": text(keys.token_hash),
        "seed": text(keys.seed),
        "report": text(REPORT),
        "message": text(MESSAGE),
        "sealed": text(sealed),
        "text": "Cảm ơn em đã kể.",
    }


def member() -> dict[str, Any]:
    sealed = seal_with_passphrase(SEED, PASSPHRASE, member=NAME, random=stream("member"))
    opened = {"seed": text(SEED), "public": text(public_from_seed(SEED))}
    return {"name": NAME, "passphrase": PASSPHRASE, **opened, **_plain(asdict(sealed))}


def recovery() -> dict[str, Any]:
    code = new_recovery_code(stream("recovery code")(RANDOM_BYTES))
    sealed = seal_with_code(SEED, code, member=NAME, random=stream("recovery"))
    shown = format_recovery_code(code)
    return {"name": NAME, "code": shown, "seed": text(SEED), **_plain(asdict(sealed))}


def manifest() -> dict[str, Any]:
    pins = KEYS.signers.pins
    return {
        "file": sign_manifest(MANIFEST, KEYS.signers).decode("ascii"),
        "pins": {"ed25519": text(pins.ed25519), "mldsa65": text(pins.mldsa65)},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return text(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def main() -> None:
    """Write every sample that is not there yet."""
    for make, version in ((envelope, 2), (reply, 1), (member, 1), (recovery, 1), (manifest, 1)):
        file = FOLDER / f"{make.__name__}-{version}.json"
        if not file.exists():
            file.write_text(json.dumps(make(), indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
