"""Backups as orders: what is kept, what comes back, what is refused."""

from pathlib import Path
from typing import cast

import pytest

from mailstead.backup.errors import NoSuchSnapshot, SnapshotHeld
from mailstead.backup.model import Kind
from mailstead.ground.errors import UnsafePlan
from mailstead.ground.rhythms import Rhythm
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.errors import LiveMachine
from mailstead.mailservers.items import MailboxRoom
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from mailstead.protection.errors import NoBackup, NoSuchHold, NotProtected, NotUndoable, StillKept
from mailstead.tenants.model import DRILL
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.stage import Stage, open_stage, tenant

from .stage import backed_up, content, disks, verbs, write

LOSS = ["machine acme"]


def numbers(stage: Stage, target: str = "near") -> list[int]:
    return [one.number for one in verbs(stage).ground.places.store(target).tenant("acme").snapshots()]


def test_the_first_backup_is_full_and_the_next_reads_what_changed(stage: Stage) -> None:
    assert backed_up(stage).report["kind"] == Kind.FULL
    write(stage, b"changed", 5 << 20)
    report = backed_up(stage).report
    assert (report["kind"], report["read_bytes"], report["snapshot"]) == (Kind.INCREMENTAL, 65_536, 2)
    known = verbs(stage).known("acme")
    assert known
    assert (known.snapshot, known.failure) == (2, "")


def test_rhythms_can_be_asked_for(stage: Stage) -> None:
    for rhythm in (None, None, Rhythm.DIFFERENTIAL, Rhythm.FULL):
        stage.done(verbs(stage).run("acme", rhythm))
    found = verbs(stage).snapshots("acme")
    assert [(one.kind, one.base) for one in found] == [
        (Kind.FULL, None),
        (Kind.INCREMENTAL, 1),
        (Kind.DIFFERENTIAL, 1),
        (Kind.FULL, None),
    ]


def test_the_host_forgets_points_that_nothing_is_counted_from(stage: Stage) -> None:
    for _ in range(4):
        backed_up(stage)
    kept = {disk.point for one in verbs(stage).snapshots("acme") if one.number != 2 for disk in one.disks}
    assert disks(stage).points("acme") == kept


def test_a_second_copy_is_a_store_of_its_own(stage: Stage) -> None:
    backed_up(stage)
    backed_up(stage)
    assert numbers(stage, "far") == numbers(stage) == [1, 2]
    copy = verbs(stage).ground.places.store("far").tenant("acme")
    with copy.reading(2, "by-hand") as reading:
        assert reading.disk("data").read(0, 18) == b"as it was at first"


def test_a_machine_comes_back_as_it_was_and_what_was_there_is_kept(stage: Stage) -> None:
    backed_up(stage)
    write(stage, b"spoilt by a hand!!")
    with pytest.raises(UnsafePlan, match="all mail and changes of acme since"):
        verbs(stage).restore("acme", 1)
    view = stage.done(verbs(stage).restore("acme", 1, allow_loss=LOSS))
    assert content(stage, 18) == b"as it was at first"
    assert view.report["before"] == 2
    assert audit(stage) == NOTHING
    stage.done(verbs(stage).restore("acme", 2, allow_loss=LOSS, safety=False))
    assert content(stage, 18) == b"spoilt by a hand!!"
    assert numbers(stage) == [1, 2]


def test_a_single_disk_comes_back(stage: Stage) -> None:
    write(stage, b"system then", disk="system")
    backed_up(stage)
    write(stage, b"system now!", disk="system")
    write(stage, b"data now")
    stage.done(verbs(stage).restore("acme", 1, ["system"], allow_loss=LOSS))
    assert content(stage, 11, disk="system") == b"system then"
    assert content(stage, 8) == b"data now"
    with pytest.raises(NoSuchSnapshot, match="no disk floppy"):
        verbs(stage).restore("acme", 1, ["floppy"], allow_loss=LOSS)


def test_a_machine_that_was_destroyed_comes_back(stage: Stage) -> None:
    backed_up(stage)
    ports = stage.host()
    ports.machines.remove("acme")
    for key in ports.volumes.volumes():
        ports.volumes.remove(key)
    stage.done(verbs(stage).restore("acme"))
    assert content(stage, 18) == b"as it was at first"
    assert ports.machines.machines()["acme"].power == "on"


def test_a_restore_that_failed_is_taken_back(stage: Stage) -> None:
    backed_up(stage)
    write(stage, b"worth keeping, too")
    order = verbs(stage).restore("acme", 1, allow_loss=LOSS)
    with pytest.raises(NotUndoable):
        verbs(stage).undo("acme", order)
    stage.die("start machine", Moment.BEFORE)
    stage.running.desk.cancel(order)
    stage.done(verbs(stage).undo("acme", order))
    assert content(stage, 18) == b"worth keeping, too"
    assert audit(stage) == NOTHING


def test_a_drill_serves_from_the_newest_backup_and_leaves_nothing(stage: Stage) -> None:
    backed_up(stage)
    before = stage.host().machines.machines(), stage.host().volumes.volumes()
    view = stage.done(verbs(stage).drill("acme"))
    assert view.report["served"]
    assert (stage.host().machines.machines(), stage.host().volumes.volumes()) == before
    known = verbs(stage).known("acme")
    assert known
    assert known.drilled


def test_a_drill_needs_no_machine_of_the_tenants_and_leaves_no_disk(stage: Stage) -> None:
    backed_up(stage)
    stage.host().machines.remove("acme")
    assert stage.done(verbs(stage).drill("acme")).report["served"]
    assert {key.tenant for key in stage.host().volumes.volumes()} == {"acme"}
    assert stage.host().machines.machines() == {}


def test_nobody_drills_a_tenant_that_is_removed(stage: Stage) -> None:
    backed_up(stage)
    stage.done(stage.lifecycle.remove("acme"))
    with pytest.raises(NotProtected, match="acme is removed"):
        verbs(stage).drill("acme")


def test_a_drill_signs_in_to_the_fullest_mailbox_and_counts_its_mails(stage: Stage) -> None:
    backed_up(stage)
    mail = cast("MemoryMailServers", stage.host().mail)
    served = mail._machine(DRILL)
    for address, mails in {"anna@acme.example": 3, "bert@acme.example": 5}.items():
        served.take(MailboxRoom(address, 100, enabled=True))
        served.mail[address] = [b"a mail"] * mails
    report = stage.done(verbs(stage).drill("acme")).report
    assert (report["mailbox"], report["mails"]) == ("bert@acme.example", 5)


def test_passwords_are_tried_on_no_live_machine(stage: Stage) -> None:
    trial = stage.host().trial
    assert trial
    with pytest.raises(LiveMachine):
        trial.sign_in("acme")


def test_a_check_reads_everything_and_names_what_damage_costs(stage: Stage) -> None:
    backed_up(stage)
    stage.done(verbs(stage).verify("acme"))
    target = stage.outside.targets["near"]
    for entry in list(target.list("tenants/acme/packs/")):
        flipped = bytearray(target.read(entry.name))
        flipped[40] ^= 1
        target.delete(entry.name)
        target.create(entry.name, bytes(flipped))
    view = stage.settle(verbs(stage).verify("acme"))
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "backups-damaged")
    known = verbs(stage).known("acme")
    assert known
    assert "packs are damaged" in known.damage


def test_prune_removes_what_a_preview_gave_up_and_never_what_is_held(stage: Stage) -> None:
    for _ in range(4):
        backed_up(stage)
    given_up = [one.snapshot.number for one in verbs(stage).judged("acme") if not one.kept]
    assert given_up == [1, 2, 3]
    with pytest.raises(StillKept, match="snapshot 4 is kept: last"):
        verbs(stage).prune("acme", [1, 4])
    order = verbs(stage).prune("acme", given_up)
    hold = verbs(stage).hold("acme", 2, reason="a lawsuit", by="alice")  # after it was ordered, and yet in time
    stage.done(order)
    assert numbers(stage) == numbers(stage, "far") == [2, 4]
    with pytest.raises(SnapshotHeld):
        verbs(stage).ground.store("acme").remove(2, "by-hand")
    assert verbs(stage).release("acme", 2) == [hold]
    with pytest.raises(NoSuchHold):
        verbs(stage).release("acme", 2)


def test_a_store_that_is_collected_twice_gives_room_back(stage: Stage) -> None:
    backed_up(stage)
    write(stage, bytes(range(256)) * 4096, 8 << 20)
    backed_up(stage)
    write(stage, b"\0" * (1 << 20), 8 << 20)
    backed_up(stage)
    stage.done(verbs(stage).prune("acme", [2]))
    size = _stored(stage)
    for _ in range(3):
        stage.done(verbs(stage).collect("acme"))
    assert _stored(stage) < size
    assert numbers(stage) == [1, 3]


def test_without_a_target_or_a_backup_it_is_said_what_is_missing(stage: Stage) -> None:
    with pytest.raises(NoBackup, match="no backup of acme"):
        verbs(stage).drill("acme")
    stage.done(stage.lifecycle.change("acme", lambda now: now.changed(backup=now.backup.changed(off=True))))
    with pytest.raises(NotProtected):
        verbs(stage).run("acme")


def test_a_failure_is_remembered_and_a_good_one_takes_it_back(stage: Stage) -> None:
    stage.host().machines.stop("acme", graceful_s=0)
    stage.host().machines.remove("acme")
    view = stage.settle(verbs(stage).run("acme"))
    assert view.status is Status.FAILED
    known = verbs(stage).known("acme")
    assert known
    assert known.failure
    assert known.tried
    stage.done(stage.lifecycle.settle("acme"))
    backed_up(stage)
    known = verbs(stage).known("acme")
    assert known
    assert (known.failure, known.tried) == ("", None)


def _stored(stage: Stage) -> int:
    return sum(entry.size for entry in stage.outside.targets["near"].list("tenants/"))


def test_nothing_is_kept_of_a_platform_without_targets(tmp_path: Path) -> None:
    made = open_stage(tmp_path)
    made.done(made.lifecycle.add(tenant()))
    with pytest.raises(NotProtected):
        verbs(made).snapshots("acme")
    made.close()
