"""A code opens the replies to its report. A wrong one costs the same, and opens nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.domain.errors import OpenFailed
from portal.mailbox import reporter
from portal.mailbox.reporter import derive_keys, dummy_open, open_reply
from portal.sealing.message import seal_reply
from tests.builders.waiting import PATIENCE

SALT, PEPPER = b"s" * 32, b"p" * 32
CODE = "1" * 20
KEYS = derive_keys(CODE, salt=SALT, pepper=PEPPER)
REPORT, MESSAGE = b"r" * 16, b"m" * 16
SEALED = seal_reply(public=KEYS.public, report_id=REPORT, message_id=MESSAGE, text="Chào em")


def test_the_settings_are_owasps() -> None:
    assert (reporter.MEMORY_KIB, reporter.PASSES, reporter.LANES) == (19456, 2, 1)


def test_the_code_opens_its_reply() -> None:
    assert open_reply(KEYS, report_id=REPORT, message_id=MESSAGE, sealed=SEALED) == "Chào em"


@pytest.mark.parametrize(
    ("code", "salt", "pepper"),
    [("2" * 20, SALT, PEPPER), (CODE, b"t" * 32, PEPPER), (CODE, SALT, b"q" * 32)],
)
def test_another_code_salt_or_pepper_gives_other_keys(
    code: str, salt: bytes, pepper: bytes
) -> None:
    other = derive_keys(code, salt=salt, pepper=pepper)
    assert other.token_hash != KEYS.token_hash
    assert other.seed != KEYS.seed
    with pytest.raises(OpenFailed):
        open_reply(other, report_id=REPORT, message_id=MESSAGE, sealed=SEALED)


@pytest.mark.parametrize(
    ("report", "message"), [(b"x" * 16, MESSAGE), (REPORT, b"x" * 16), (MESSAGE, REPORT)]
)
def test_a_reply_does_not_move(report: bytes, message: bytes) -> None:
    with pytest.raises(OpenFailed):
        open_reply(KEYS, report_id=report, message_id=message, sealed=SEALED)


def test_a_reply_hides_its_length() -> None:
    longer = seal_reply(public=KEYS.public, report_id=REPORT, message_id=MESSAGE, text="x" * 60)
    assert len(longer) == len(SEALED)


def test_the_dummy_does_the_work_of_a_short_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = reporter.open_with

    def watched(private: object, sealed: bytes, *, info: bytes) -> bytes:
        seen.append(len(sealed))
        return real(private, sealed, info=info)

    monkeypatch.setattr(reporter, "open_with", watched)
    dummy_open(KEYS)
    assert seen == [len(SEALED)]


def test_only_so_many_derivations_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Semaphore(0), threading.Event()
    running: list[str] = []

    class Held:
        def __init__(self, **_: object) -> None: ...

        def derive(self, _: bytes) -> bytes:
            running.append(threading.current_thread().name)
            begun.release()
            assert go.wait(PATIENCE)
            return bytes(32)

    monkeypatch.setattr(reporter, "Argon2id", Held)
    more = 2 * reporter.AT_ONCE
    with ThreadPoolExecutor(more) as pool:
        try:
            asked = [pool.submit(derive_keys, CODE, salt=SALT, pepper=PEPPER) for _ in range(more)]
            for _ in range(reporter.AT_ONCE):
                assert begun.acquire(timeout=PATIENCE)
            # As many as may run do, and whoever waits is not among them.
            assert len(running) == reporter.AT_ONCE
            assert not begun.acquire(blocking=False)
        finally:
            go.set()
        assert all(one.result().token_hash for one in asked)
    assert {name.partition("_")[0] for name in running} == {"argon2id"}
    assert len(set(running)) <= reporter.AT_ONCE


def test_keys_do_not_show_in_a_repr() -> None:
    assert KEYS.seed.hex() not in repr(KEYS)
    assert repr(KEYS.seed) not in repr(KEYS)
