"""Reports read, parcels packed: bytes in, values out."""

import io
import tarfile
from datetime import UTC, datetime, timedelta

import pytest

from mailstead.ground.errors import OutcomeUnknown
from mailstead.ground.plans import ChangePlan
from mailstead.mailservers.drivers.appliance.parcel import Parcel, jobs
from mailstead.mailservers.drivers.appliance.report import read_report
from mailstead.mailservers.items import APPLIED, Item, MachineClock, MailState
from mailstead.mailservers.plan import compare_mail

from .example import host

REPORT = """report\t1
file\t640\troot:dovecot\t{digest}\t/etc/dovecot/users
applied\tfinger print
pending\tpostfix
pending\tdisk
disk\t4000\t3000
room\tacme.example/o=27brien\t2048
room\tacme.example/left\t
user\to'brien@acme.example\t100\ton
service\tpostfix.service\tactive\tenabled
service\tnginx.service\tfailed\tdisabled
version\tpostfix\t3.7.11-0+deb12u1
queued\t2
time\t1795372254
end
""".format(digest="0" * 64)


def test_a_report_is_read() -> None:
    state = read_report(REPORT)
    assert state.files["/etc/dovecot/users"].mode == 0o640
    assert state.mailboxes["o'brien@acme.example"].quota_mib == 100
    assert state.mailboxes["o'brien@acme.example"].used_bytes == 2048
    assert not state.services["postfix"].current
    assert not state.services["nginx"].running
    assert (state.disk_mib, state.disk_free_mib, state.queued) == (4000, 3000, 2)
    assert state.applied == "finger print"
    assert not state.disk.whole


def test_a_clock_is_off_only_by_what_asking_cannot_explain() -> None:
    told = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
    after = told + timedelta(seconds=9)
    assert MachineClock.between(told, told, after).off_s == 0
    assert MachineClock.between(told, after, after).off_s == 0
    assert MachineClock.between(told, after + timedelta(minutes=1), after).off_s == 60
    assert MachineClock.between(told, told - timedelta(minutes=1), after).off_s == -59


def test_what_nobody_wants_any_more_is_still_seen() -> None:
    assert read_report(REPORT).mailboxes["left@acme.example"].quota_mib == 0


def test_a_report_cut_short_is_no_report() -> None:
    with pytest.raises(OutcomeUnknown):
        read_report(REPORT.removesuffix("end\n"))


@pytest.fixture
def plan() -> ChangePlan[Item]:
    return compare_mail(host(), MailState())


def test_the_mark_comes_last_and_the_end_is_told(plan: ChangePlan[Item]) -> None:
    lines = jobs(plan).splitlines()
    assert lines[-1] == "end"
    assert lines[-2].endswith(APPLIED)


def test_a_parcel_is_for_root_alone_and_stays_in_its_folder(plan: ChangePlan[Item]) -> None:
    with tarfile.open(fileobj=io.BytesIO(Parcel(plan, b"#!").tar())) as archive:
        members = archive.getmembers()
    assert all(member.mode & 0o077 == 0 for member in members)
    assert all(member.name.startswith("var/lib/mailstead/incoming") for member in members)


def test_another_plan_travels_in_another_folder(plan: ChangePlan[Item]) -> None:
    assert Parcel(plan, b"").script == Parcel(plan, b"").script
    assert Parcel(plan, b"").script != Parcel(compare_mail(host(lists=[]), MailState()), b"").script
