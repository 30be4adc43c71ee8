"""Whoever can write to the reports database tries to change what a child said, or to speak for it.

Each test does to the rows what such an attacker does, and looks at what the desk then shows.
"""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from portal import triage
from portal.access import Act, Role
from portal.domain.errors import OpenFailed
from portal.domain.report import CONTACT, MORE, SAFE_CONTACT, SAFE_TIME, Compartment
from portal.domain.statement import FILED, Columns, filed_note, state
from portal.sealing.seal import PlainField
from portal.sealing.statement import StatementKey
from portal.sealing.suite import public_from_seed
from portal.store import audit, envelopes
from portal.store.columns import columns_of
from portal.store.engine import Connection
from portal.triage import Finding, Proof, find
from tests.builders import desk
from tests.builders.attack import attack
from tests.builders.desk import AUDIT, HOME, NOW, Filed, see

CONTACT_FIELDS = [
    PlainField(CONTACT, "triage", "contact"),
    PlainField(SAFE_CONTACT, "identity", "Zalo 0911 222 333"),
    PlainField(SAFE_TIME, "identity", ""),
]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def lan(connection: Connection) -> Act:
    with connection.begin(write=True) as db:
        return desk.add_member(db, "lan", Role.CUSTODIAN)


@pytest.fixture
def linh(connection: Connection) -> Act:
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


@pytest.fixture
def filed(connection: Connection) -> Filed:
    with connection.begin(write=True) as db:
        return desk.file_report(db)


def proofs(connection: Connection, who: Act, filed: Filed, part: Compartment) -> list[Proof]:
    (seen,) = (one for one in see(connection, who, filed.id, part).parts if one.compartment is part)
    return [one.proof for one in sorted(seen.words or (), key=lambda one: one.revision)]


def test_what_nobody_touched_is_proven_and_nothing_is_found(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, [PlainField(MORE, "triage", "He wrote again.")], at=LATER)
    assert see(connection, linh, filed.id).findings == ()
    assert proofs(connection, linh, filed, Compartment.TRIAGE) == [Proof.REPORTER] * 2


ROWS = {
    "a field is dropped": (
        "DELETE FROM fields WHERE field = 'safe_now'",
        Finding(0, "field.missing", "safe_now"),
    ),
    "a text is another one's": (
        "UPDATE fields SET ciphertext = signature FROM envelopes WHERE field = 'safe_now'",
        Finding(0, "field.changed", "safe_now"),
    ),
    "a wrapped key is broken": (
        "UPDATE fields SET wrapped_dek = ciphertext WHERE field = 'safe_now'",
        Finding(0, "field.changed", "safe_now"),
    ),
    "a field is moved to another part": (
        "UPDATE fields SET compartment = 'identity' WHERE field = 'safe_now'",
        Finding(0, "field.changed", "safe_now"),
    ),
    "a field gets another name": (
        "UPDATE fields SET field = 'safe_later' WHERE field = 'safe_now'",
        Finding(0, "field.missing", "safe_now"),
    ),
    "fields change their order": (
        "UPDATE fields SET position = 999 WHERE field = 'safe_now'",
        Finding(0, "field.order"),
    ),
    "a grant is dropped": ("DELETE FROM grants WHERE recipient = 'recovery'", Finding(0, "grant")),
    "a grant is another's": (
        "UPDATE grants SET recipient = 'nobody' WHERE recipient = 'recovery'",
        Finding(0, "grant"),
    ),
    "the priority": ("UPDATE reports SET priority = 4", Finding(0, "priority", "0")),
    "the category": (
        "UPDATE reports SET category = 'spam'",
        Finding(0, "category", "sexual_extortion_pictures"),
    ),
    "the language": ("UPDATE reports SET locale = 'en'", Finding(0, "locale", "vi")),
    "who tells": ("UPDATE reports SET audience = 'platform'", Finding(0, "audience", "child")),
    "when it came": (
        "UPDATE reports SET received_at = received_at - 86400",
        Finding(0, "time"),
    ),
    "when it was sealed": (
        "UPDATE envelopes SET sealed_at = sealed_at - 86400",
        Finding(0, "time"),
    ),
    "the shred key": ("UPDATE envelopes SET shred_id = signature", Finding(0, "key")),
    "the format": ("UPDATE envelopes SET format = 1", Finding(0, "signature")),
    "the signature": (
        "UPDATE envelopes SET signature = statement",
        Finding(0, "signature"),
    ),
    "no signature": ("UPDATE envelopes SET signature = NULL", Finding(0, "signature")),
    "the first filing": ("UPDATE envelopes SET revision = 1", Finding(0, "missing")),
}


@pytest.mark.parametrize("what", ROWS)
def test_a_changed_row_is_shown(connection: Connection, linh: Act, filed: Filed, what: str) -> None:
    statement, found = ROWS[what]
    attack(connection, statement)
    assert found in see(connection, linh, filed.id).findings


def test_a_question_whose_text_was_changed_is_shown_and_never_believed(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    """ "Are you safe?" "No" reads as "Yes, I am safe" where only the options' texts are swapped."""
    attack(connection, "UPDATE definitions SET source = :it", it=b'id = "child"\n')
    case = see(connection, linh, filed.id, Compartment.TRIAGE)
    assert "definition" in {one.what for one in case.findings}
    (part,) = (one for one in case.parts if one.compartment is Compartment.TRIAGE)
    assert part.words
    (safe,) = (line for line in part.words[0].lines if line.name == "safe_now")
    assert safe.is_danger, "this release asks the same, and ships what was asked"


def test_a_question_that_no_release_here_asks_is_shown_as_it_was_sealed(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    attack(
        connection, "INSERT INTO definitions (hash, source) VALUES (:it, :x)", it="ab" * 32, x=b"x"
    )
    attack(connection, "UPDATE envelopes SET definition_hash = :it", it="ab" * 32)
    case = see(connection, linh, filed.id, Compartment.TRIAGE)
    assert Finding(0, "definition") in case.findings
    (part,) = (one for one in case.parts if one.compartment is Compartment.TRIAGE)
    assert part.words
    assert not part.words[0].is_definition_known


def add(
    connection: Connection, signer: StatementKey, filed: Filed, plain: list[PlainField]
) -> None:
    """Put a supplement into the database, signed by whatever key."""
    asked = desk.load_builtin(desk.Audience.CHILD)
    columns = Columns(HOME, "child", asked.hash, LATER)
    with connection.begin(write=True) as db:
        desk.seal(db, _As(signer, filed.id), 1, plain, columns)


class _As(StatementKey):
    """A key that signs for a report of which it is not the key."""

    __slots__ = ("_other",)

    def __init__(self, key: StatementKey, report_id: bytes) -> None:
        self._private, self.verify_key, self._other = key._private, key.verify_key, report_id

    @property
    def report_id(self) -> bytes:
        return self._other


def test_words_of_a_stranger_are_read_and_never_taken_for_the_childs(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    add(connection, StatementKey(os.urandom(32)), filed, [PlainField(MORE, "triage", "All well.")])
    assert proofs(connection, linh, filed, Compartment.TRIAGE) == [Proof.REPORTER, Proof.UNPROVEN]


def test_a_strangers_contact_takes_the_place_of_nothing(
    connection: Connection, lan: Act, filed: Filed
) -> None:
    add(connection, StatementKey(os.urandom(32)), filed, CONTACT_FIELDS)
    (part,) = (
        one
        for one in see(connection, lan, filed.id, Compartment.IDENTITY).parts
        if one.compartment is Compartment.IDENTITY
    )
    assert part.words
    assert not any(line.replaced_at for one in part.words for line in one.lines)
    assert proofs(connection, lan, filed, Compartment.IDENTITY)[1] is Proof.UNPROVEN


def test_the_childs_own_contact_does(connection: Connection, lan: Act, filed: Filed) -> None:
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, CONTACT_FIELDS, at=LATER)
    case = see(connection, lan, filed.id, Compartment.IDENTITY)
    (part,) = (one for one in case.parts if one.compartment is Compartment.IDENTITY)
    assert [
        (one.revision, any(line.replaced_at for line in one.lines)) for one in part.words or ()
    ] == [(1, False), (0, True)]


def test_a_key_in_the_receipt_proves_less_than_the_reports_own(
    connection: Connection, lan: Act, filed: Filed
) -> None:
    """Only an older report reads its key from the receipt; even there it replaces nothing."""
    theirs = StatementKey(os.urandom(32))
    add(connection, theirs, filed, CONTACT_FIELDS)
    attack(connection, "UPDATE receipts SET verify_key = :it", it=theirs.verify_key)
    assert proofs(connection, lan, filed, Compartment.IDENTITY)[1] is Proof.UNPROVEN


def test_a_judgement_of_a_stranger_judges_nothing_anew(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    before = see(connection, linh, filed.id, Compartment.TRIAGE).judged
    lower = '{"priority": 4, "category": "spam", "factors": [], "missing": [], "completeness": 100}'
    add(
        connection,
        StatementKey(os.urandom(32)),
        filed,
        [PlainField("@assessment", "triage", lower)],
    )
    assert before is not None
    assert see(connection, linh, filed.id, Compartment.TRIAGE).judged == before


def note(connection: Connection, filed: Filed, *, key: object = AUDIT) -> None:
    """Note every filing in the log, as the worker does."""
    with connection.begin(write=True) as db:
        for one in envelopes.all_for(db, report_id=filed.id, agency=HOME):
            assert one.envelope.signed
            audit.append(
                db,
                at=NOW,
                actor="worker",
                action=filed_note(one.envelope.revision, one.envelope.signed.statement),
                object=triage.about(filed.id),
                agency="",
                sign=key.sign,  # type: ignore[attr-defined]
            )


def test_a_supplement_that_was_noted_and_deleted_is_missed(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, [PlainField(MORE, "triage", "Help me.")], at=LATER)
    note(connection, filed)
    assert see(connection, linh, filed.id).findings == ()
    for table in ("fields", "grants", "envelopes"):
        attack(connection, f"DELETE FROM {table} WHERE revision = 1")
    assert see(connection, linh, filed.id).findings == (Finding(1, "missing"),)


@pytest.mark.parametrize("revision", [2, 2_000_000_000])
def test_a_gap_is_told_of_once_however_wide_it_is(
    connection: Connection, linh: Act, filed: Filed, revision: int
) -> None:
    more = [PlainField(MORE, "triage", "Help me.")]
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, more, revision=revision, at=LATER)
    assert see(connection, linh, filed.id).findings == (Finding(revision - 1, "missing"),)


@pytest.mark.parametrize("said", ["", " x y", " ² z", " -1", " 9999999999 z"])
def test_an_entry_that_nobody_wrote_is_shown_and_breaks_nothing(
    connection: Connection, linh: Act, filed: Filed, said: str
) -> None:
    attack(
        connection,
        "INSERT INTO audit (sequence, at, actor, action, object, agency, previous, hash, signature)"
        " VALUES (9999, 1, 'worker', :action, :object, '', :hash, :hash, :signature)",
        action=FILED + said,
        object=triage.about(filed.id),
        hash=b"h" * 32,
        signature=b"s" * 64,
    )
    assert see(connection, linh, filed.id).findings == (Finding(0, "log"),)


def test_a_second_statement_under_a_noted_number_is_shown(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    """Whoever forced the code out of a child, and can write to the database, signs as the child."""
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, [PlainField(MORE, "triage", "Help me.")], at=LATER)
    note(connection, filed)
    for table in ("fields", "grants", "envelopes"):
        attack(connection, f"DELETE FROM {table} WHERE revision = 1")
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, [PlainField(MORE, "triage", "All is well.")], at=LATER)
    assert see(connection, linh, filed.id).findings == (Finding(1, "noted"),)
    assert proofs(connection, linh, filed, Compartment.TRIAGE)[1] is Proof.REPORTER


def test_a_note_that_the_logs_key_did_not_sign_is_shown(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    note(connection, filed, key=type(AUDIT)(b"x" * 32))
    assert see(connection, linh, filed.id).findings == (Finding(0, "log"),)


def test_notes_of_the_worker_are_no_events_of_the_case(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    note(connection, filed)
    assert not [one for one in see(connection, linh, filed.id).timeline if FILED in one.action]


def test_another_report_under_the_same_id_is_not_taken_for_it(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    """All of it is replaced, with keys that anybody has, and signed by a key of the attacker's."""
    for table in ("fields", "grants", "envelopes"):
        attack(connection, f"DELETE FROM {table}")
    asked = desk.load_builtin(desk.Audience.CHILD)
    columns = Columns(HOME, "child", asked.hash, NOW, "vi", "sexual_extortion_pictures", "0")
    plain = [PlainField("story", "triage", "It was a joke.")]
    with connection.begin(write=True) as db:
        desk.seal(db, _As(StatementKey(os.urandom(32)), filed.id), 0, plain, columns)
    assert proofs(connection, linh, filed, Compartment.TRIAGE) == [Proof.UNPROVEN]
    assert see(connection, linh, filed.id).findings == (Finding(0, "signature"),)


def test_a_filing_that_another_key_signed_anew_is_shown_and_nothing_of_it_is_repeated(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    """Answers are taken out, the case is put to the end of the queue, and all is signed anew."""
    attack(connection, "DELETE FROM fields WHERE field = 'safe_now'")
    attack(connection, "UPDATE reports SET priority = 4, category = 'spam'")
    with connection.begin(write=False) as db:
        row = find(db, by=linh.by, report_id=filed.id)
        (one,) = envelopes.all_for(db, report_id=filed.id, agency=HOME)
    told = replace(columns_of(row), agency="Ignore this warning")
    signed = StatementKey(b"D" * 32).sign(state(one.envelope, told))
    attack(
        connection,
        "UPDATE envelopes SET verify_key = :key, statement = :said, signature = :signature",
        key=signed.verify_key,
        said=signed.statement,
        signature=signed.signature,
    )
    assert see(connection, linh, filed.id).findings == (Finding(0, "signature"),)


def test_a_contact_whose_rows_were_damaged_still_ends_the_one_before(
    connection: Connection, lan: Act, filed: Filed
) -> None:
    """To bring back a number that is not safe any more, one grant of the new one is taken away."""
    with connection.begin(write=True) as db:
        desk.add_supplement(db, filed, CONTACT_FIELDS, at=LATER)
    attack(connection, "DELETE FROM grants WHERE revision = 1 AND recipient = 'recovery'")
    case = see(connection, lan, filed.id, Compartment.IDENTITY)
    assert case.findings == (Finding(1, "grant"),)
    (part,) = (one for one in case.parts if one.compartment is Compartment.IDENTITY)
    assert [
        (one.proof, any(line.replaced_at for line in one.lines)) for one in part.words or ()
    ] == [(Proof.REPORTER, False), (Proof.REPORTER, True)]


def test_replies_go_to_nobody_where_the_reporters_key_is_not_what_was_sent(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    """The attacker writes a report of their own under the child's id, with their own key in it."""
    for table in ("fields", "grants", "envelopes"):
        attack(connection, f"DELETE FROM {table}")
    asked = desk.load_builtin(desk.Audience.CHILD)
    columns = Columns(HOME, "child", asked.hash, NOW, "vi", "sexual_extortion_pictures", "0")
    theirs = base64.b64encode(public_from_seed(b"x" * 32)).decode()
    plain = [
        PlainField("story", "triage", "A joke."),
        PlainField("@reporter_key", "triage", theirs),
    ]
    with connection.begin(write=True) as db:
        desk.seal(db, _As(StatementKey(os.urandom(32)), filed.id), 0, plain, columns)
    with pytest.raises(OpenFailed):
        reply(connection, linh, filed)


def test_an_answer_that_was_taken_out_does_not_stop_replies(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    attack(connection, "DELETE FROM fields WHERE field = 'safe_now'")
    reply(connection, linh, filed)
    attack(connection, "DELETE FROM fields WHERE field = '@reporter_key'")
    with pytest.raises(OpenFailed):
        reply(connection, linh, filed)


def reply(connection: Connection, who: Act, filed: Filed) -> None:
    with connection.begin(write=True) as db:
        triage.take(db, act=who, report_id=filed.id)
        triage.reply(
            db,
            act=who,
            keys=desk.keys_of(db, who),
            report_id=filed.id,
            writing=triage.Writing("You did the right thing.", os.urandom),
            filings=1,
            wait=False,
        )


def test_a_copied_filing_of_another_report_is_shown(
    connection: Connection, linh: Act, filed: Filed
) -> None:
    """The statement says of which report it is."""
    with connection.begin(write=True) as db:
        other = desk.file_report(db, number=2)
        (theirs,) = envelopes.all_for(db, report_id=other.id, agency=HOME)
    signed = theirs.envelope.signed
    assert signed
    attack(
        connection,
        "UPDATE envelopes SET verify_key = :key, statement = :statement, signature = :signature"
        " WHERE report_id = :report",
        key=signed.verify_key,
        statement=signed.statement,
        signature=signed.signature,
        report=filed.id,
    )
    assert Finding(0, "signature") in see(connection, linh, filed.id).findings
    assert proofs(connection, linh, filed, Compartment.TRIAGE) == [Proof.UNPROVEN]


def test_only_what_the_reporter_sent_takes_the_place_of_what_was_said() -> None:
    assert {one for one in Proof if one.is_reporters_own} == {Proof.REPORTER, Proof.BEFORE}
