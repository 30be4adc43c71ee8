import pytest

from portal import triage
from portal.access import Act, Principal, Role, TrustedLog
from portal.domain.errors import CaseError, NotFound, OpenFailed, PermissionRefused
from portal.domain.report import Compartment
from portal.sealing.seal import PlainField
from portal.store import audit, envelopes, shred
from tests.builders import desk


@pytest.fixture
def filed(connection):
    with connection.begin(write=True) as db:
        return desk.file_report(db)


@pytest.fixture
def linh(connection):
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


def open_it(connection, who, report_id, part=Compartment.TRIAGE, reason=None, keys=None):
    with connection.begin(write=True) as db:
        return triage.open_compartment(
            db,
            act=who,
            keys=keys or desk.keys_of(db, who),
            report_id=report_id,
            compartment=part,
            reason=reason or next(iter(triage.OPENING_REASONS[part])),
        )


def log(connection, report_id):
    with connection.begin(write=False) as db:
        entries = audit.about(db, object=f"report:{report_id.hex()}")
    return [(entry.actor, entry.action) for entry in entries]


def test_an_analyst_reads_what_was_told_and_the_log_knows(connection, linh, filed):
    (words,) = open_it(connection, linh, filed.id)
    story = next(line for line in words.lines if line.name == "story")
    assert story.text == desk.STORY["story"]
    assert log(connection, filed.id) == [("linh", "case:opened.triage working")]


@pytest.mark.parametrize("part", Compartment)
@pytest.mark.parametrize("role", Role)
def test_every_role_opens_what_the_table_says_and_nothing_else(connection, filed, role, part):
    with connection.begin(write=True) as db:
        who = desk.add_member(db, "who", role)
    if part in triage_parts(role):
        assert open_it(connection, who, filed.id, part)
    else:
        with pytest.raises(PermissionRefused):
            open_it(connection, who, filed.id, part)
        assert log(connection, filed.id) == []


def triage_parts(role):
    from portal.access import compartments_of

    return compartments_of(role)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_the_keys_refuse_what_a_forged_permission_allows(connection, filed, role):
    with connection.begin(write=True) as db:
        who = desk.add_member(db, "who", role)
        keys = desk.keys_of(db, who)
    forged = Act(Principal("who", Role.CUSTODIAN, desk.HOME), desk.NOW, TrustedLog(desk.AUDIT))
    with pytest.raises(OpenFailed):
        open_it(connection, forged, filed.id, Compartment.IDENTITY, keys=keys)
    assert log(connection, filed.id) == []


def test_the_keys_of_one_agency_open_nothing_of_another(connection, linh):
    with connection.begin(write=True) as db:
        far = desk.file_report(db, number=9, agency=desk.ABROAD)
        keys = desk.keys_of(db, linh)
    with pytest.raises(NotFound):
        open_it(connection, linh, far.id)
    forged = Act(Principal("linh", Role.ANALYST, desk.ABROAD), desk.NOW, TrustedLog(desk.AUDIT))
    with pytest.raises(OpenFailed):
        open_it(connection, forged, far.id, keys=keys)


def test_a_reason_of_the_list_is_needed(connection, linh, filed):
    with pytest.raises(CaseError, match=r"case\.reason"):
        open_it(connection, linh, filed.id, reason="because I am curious")
    assert log(connection, filed.id) == []


def test_a_supplement_is_read_beside_the_first_filing(connection, linh, filed):
    with connection.begin(write=True) as db:
        plain = [PlainField("story", "triage", "Anh ta vừa nhắn nữa.")]
        desk.add_supplement(db, filed, plain)
    words = open_it(connection, linh, filed.id)
    assert [part.revision for part in words] == [0, 1]
    assert words[1].lines[0].text == "Anh ta vừa nhắn nữa."


def test_a_supplement_of_another_compartment_does_not_show_here(connection, linh, filed):
    with connection.begin(write=True) as db:
        plain = [PlainField("safe_contact", "identity", "Zalo")]
        desk.add_supplement(db, filed, plain)
    assert [part.revision for part in open_it(connection, linh, filed.id)] == [0]


def test_a_shredded_report_opens_to_nobody(connection, linh, filed):
    with connection.begin(write=True) as db:
        for one in envelopes.all_for(db, report_id=filed.id, agency=desk.HOME):
            shred.remove(db, shred_id=one.envelope.shred_id)
    with pytest.raises(OpenFailed):
        open_it(connection, linh, filed.id)
