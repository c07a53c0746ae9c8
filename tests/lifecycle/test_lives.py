"""A tenant's life, verb by verb: what each changes, what it refuses, and that nothing else is touched."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailstead.ground.errors import Conflict, InvalidInput, MailsteadError, NotFound, UnsafePlan
from mailstead.hypervisors.model import Power
from mailstead.lifecycle.imports import read_mailboxes
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.errors import MailRefused
from mailstead.security.model import Secret
from mailstead.storage.model import Role, VolumeKey
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, MailDomain, Tenant

from .auditor import NOTHING, audit
from .stage import Stage, open_stage, platform, tenant

ANNA = "anna@acme.example"


def _mail(stage: Stage) -> MemoryMailServers:
    mail = stage.host().mail
    assert isinstance(mail, MemoryMailServers)
    return mail


@pytest.fixture
def served(stage: Stage) -> Stage:
    """A stage on which acme is in service."""
    stage.done(stage.lifecycle.add(tenant()))
    return stage


def test_after_onboarding_there_is_one_of_everything_and_nothing_to_do(served: Stage) -> None:
    assert served.drift() == {}
    assert audit(served) == NOTHING


def test_a_tenant_is_added_once(served: Stage) -> None:
    with pytest.raises(Conflict):
        served.lifecycle.add(tenant())
    assert audit(served) == NOTHING


def test_a_change_that_somebody_made_in_between_is_not_lost(served: Stage) -> None:
    others = iter(["bea@acme.example", "cem@acme.example"])

    def add_dora(wanted: Tenant) -> Tenant:
        if address := next(others, None):
            served.lifecycle.change("acme", lambda now: changes.with_mailbox(now, Mailbox(address=address)))
        return changes.with_mailbox(wanted, Mailbox(address="dora@acme.example"))

    served.done(served.lifecycle.change("acme", add_dora))
    assert len(served.world.tenants.get("acme").tenant.mailboxes) == 4
    assert audit(served) == NOTHING


def test_a_tenant_whose_adding_may_still_be_refused_is_not_changed(served: Stage) -> None:
    served.world.tenants.add(tenant("globex"))
    for verb in (served.lifecycle.suspend, served.lifecycle.resume, served.lifecycle.remove):
        with pytest.raises(Conflict) as refusal:
            verb("globex")
        assert "being added" in refusal.value.message


def test_processors_and_memory_change_while_the_machine_runs(served: Stage) -> None:
    before = served.host().machines.machines()["acme"]
    served.done(served.lifecycle.change("acme", lambda wanted: changes.resized(wanted, vcpus=2, memory_mib=1024)))
    after = served.host().machines.machines()["acme"]
    assert (after.vcpus, after.memory_mib, after.power, after.uuid) == (2, 1024, Power.ON, before.uuid)
    assert audit(served) == NOTHING


def test_limits_come_and_go_while_the_machine_runs(served: Stage) -> None:
    wanted = {"bandwidth_mbit": 50, "disk_iops": 500}
    served.done(served.lifecycle.change("acme", lambda tenant: changes.resized(tenant, **wanted)))
    machine, segment = served.host().machines.machines()["acme"], served.host().switch.segments()["acme"]
    assert ([disk.iops for disk in machine.disks], segment.bandwidth_mbit) == ([500, 500], 50)
    assert (machine.power, machine.pending) == (Power.ON, False)
    served.done(served.lifecycle.change("acme", lambda tenant: changes.resized(tenant, **dict.fromkeys(wanted, 0))))
    assert served.host().machines.machines()["acme"] == replace(
        machine, disks=tuple(replace(disk, iops=0) for disk in machine.disks)
    )
    assert audit(served) == NOTHING


def test_a_machine_is_restarted_to_carry_machines_of_its_own(served: Stage) -> None:
    served.done(served.lifecycle.change("acme", lambda tenant: changes.resized(tenant, nested=True)))
    machine = served.host().machines.machines()["acme"]
    assert (machine.nested, machine.power, machine.pending) == (True, Power.ON, False)
    assert audit(served) == NOTHING


def test_the_mail_disk_grows_under_the_running_machine(served: Stage) -> None:
    served.done(served.lifecycle.change("acme", lambda wanted: changes.resized(wanted, disk_gib=8)))
    assert served.host().volumes.volumes()[VolumeKey("acme", Role.DATA)].size_mib == 8192
    assert audit(served) == NOTHING


def test_a_smaller_disk_is_refused_however_it_is_asked_for(served: Stage) -> None:
    smaller = tenant(allowance={"disk_gib": 2})
    with pytest.raises(InvalidInput):
        served.lifecycle.change("acme", lambda wanted: changes.resized(wanted, disk_gib=2))
    with pytest.raises(InvalidInput):
        served.lifecycle.apply_files(served.lifecycle.files_plan({"acme": smaller}))
    assert served.drift() == {}


def test_more_than_the_host_has_is_refused_before_anything_is_changed(served: Stage) -> None:
    with pytest.raises(MailsteadError) as refusal:
        served.lifecycle.change("acme", lambda wanted: changes.resized(wanted, memory_mib=1024 * 1024))
    assert refusal.value.code == "hosts-full"
    assert served.world.tenants.get("acme").revision == 1
    assert audit(served) == NOTHING


def test_a_suspended_tenant_refuses_mail_for_now_and_keeps_its_data(served: Stage) -> None:
    _mail(served).deliver("out@other.example", ANNA, b"Subject: kept\n\n")
    served.done(served.lifecycle.suspend("acme"))
    with pytest.raises(MailRefused, match="^4"):
        _mail(served).deliver("out@other.example", ANNA, b"Subject: late\n\n")
    served.done(served.lifecycle.resume("acme"))
    assert _mail(served).deliver("out@other.example", ANNA, b"Subject: back\n\n") == (ANNA,)
    assert _mail(served).fetch(ANNA) == (b"Subject: kept\n\n", b"Subject: back\n\n")
    assert audit(served) == NOTHING


def test_a_removed_tenant_keeps_disks_and_numbers_and_nothing_else(served: Stage) -> None:
    numbers = served.world.numbers.of("acme")
    served.done(served.lifecycle.remove("acme"))
    assert audit(served) == NOTHING
    assert served.drift() == {}
    assert served.world.numbers.of("acme") == numbers


def test_within_the_grace_time_it_comes_back_with_its_mail(served: Stage) -> None:
    _mail(served).deliver("out@other.example", ANNA, b"Subject: kept\n\n")
    served.done(served.lifecycle.remove("acme"))
    with pytest.raises(Conflict, match="removed"):
        served.lifecycle.suspend("acme")
    served.done(served.lifecycle.resume("acme"))
    assert _mail(served).fetch(ANNA) == (b"Subject: kept\n\n",)
    assert audit(served) == NOTHING


def test_purging_needs_a_removal_and_the_end_of_the_grace_time(served: Stage) -> None:
    with pytest.raises(Conflict) as refusal:
        served.lifecycle.purge("acme", early=True)
    assert refusal.value.code == "not-removed"
    served.done(served.lifecycle.remove("acme"))
    with pytest.raises(Conflict, match="kept until"):
        served.lifecycle.purge("acme")
    served.world.clock.sleep(timedelta(days=30).total_seconds())
    served.done(served.lifecycle.purge("acme"))
    assert audit(served) == NOTHING
    assert served.world.tenants.all() == {}
    assert served.world.vault.names("acme") == []


def test_who_comes_after_a_purge_finds_nothing_of_the_one_before(served: Stage) -> None:
    old = served.world.certificates.of("acme").current
    _mail(served).deliver("out@other.example", ANNA, b"Subject: secret\n\n")
    served.done(served.lifecycle.remove("acme"))
    served.done(served.lifecycle.purge("acme", early=True))
    served.done(served.lifecycle.add(tenant()))
    new = served.world.certificates.of("acme").current
    assert old
    assert new
    assert old.spki != new.spki
    assert _mail(served).fetch(ANNA) == ()
    assert audit(served) == NOTHING


def test_a_domain_comes_and_goes_with_its_zone(served: Stage) -> None:
    new = MailDomain(name="acme.test")
    served.done(served.lifecycle.change("acme", lambda wanted: changes.with_domain(wanted, new)))
    assert audit(served) == NOTHING
    assert "acme.test" in served.world.names.zones()
    served.done(served.lifecycle.change("acme", lambda wanted: changes.without_domain(wanted, "acme.test")))
    assert "acme.test" not in served.world.names.zones()
    assert audit(served) == NOTHING


def test_a_domain_that_left_one_tenant_can_go_to_another(served: Stage) -> None:
    new = MailDomain(name="moved.example")
    served.done(served.lifecycle.change("acme", lambda wanted: changes.with_domain(wanted, new)))
    with pytest.raises(MailsteadError) as refusal:
        served.lifecycle.add(tenant("globex", "moved.example"))
    assert refusal.value.code == "domain-taken"
    served.done(served.lifecycle.change("acme", lambda wanted: changes.without_domain(wanted, "moved.example")))
    served.done(served.lifecycle.add(tenant("globex", "moved.example")))
    assert audit(served) == NOTHING


def test_a_mailbox_comes_changes_and_goes_and_its_loss_must_be_named(served: Stage) -> None:
    box = Mailbox(address="bert@acme.example")
    served.done(served.lifecycle.add_mailbox("acme", box, Secret.of("four plain words here")))
    served.done(
        served.lifecycle.change("acme", lambda wanted: changes.change_mailbox(wanted, box.address, quota_mib=9))
    )
    assert _mail(served).observe("acme").mailboxes[box.address].quota_mib == 9
    with pytest.raises(UnsafePlan) as refusal:
        served.lifecycle.remove_mailbox("acme", box.address, allow_loss=())
    assert refusal.value.value == f"mailbox {box.address}"
    served.done(served.lifecycle.remove_mailbox("acme", box.address, allow_loss=[f"mailbox {box.address}"]))
    assert box.address not in _mail(served).observe("acme").mailboxes
    assert f"password/{box.address}" not in served.world.vault.names("acme")
    assert audit(served) == NOTHING


def test_a_mailbox_gone_by_file_leaves_no_password_to_whoever_comes_next(served: Stage) -> None:
    served.lifecycle.set_password("acme", ANNA, Secret.of("four plain words here"))
    bare = tenant().changed(mailboxes=())
    plan = served.lifecycle.files_plan({"acme": bare})
    with pytest.raises(UnsafePlan):
        served.lifecycle.apply_files(plan)
    orders = served.lifecycle.apply_files(plan, allow_loss=[f"mailbox {ANNA}"])
    served.done(orders["acme"])
    assert f"password/{ANNA}" not in served.world.vault.names("acme")
    assert audit(served) == NOTHING


def test_a_catch_all_keeps_its_mailbox(served: Stage) -> None:
    served.done(
        served.lifecycle.change("acme", lambda wanted: changes.change_domain(wanted, "acme.example", catch_all=ANNA))
    )
    assert _mail(served).deliver("out@other.example", "whoever@acme.example", b"\n") == (ANNA,)
    with pytest.raises(Conflict, match="catch-all"):
        served.lifecycle.remove_mailbox("acme", ANNA, allow_loss=[f"mailbox {ANNA}"])
    with pytest.raises(InvalidInput):
        served.lifecycle.change(
            "acme", lambda wanted: changes.change_domain(wanted, "acme.example", catch_all="x@other.example")
        )


def test_a_mailbox_file_is_taken_whole_or_not_at_all(served: Stage, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("address,name\nbert@acme.example,Bert\nanna@acme.example,Anna again\n")
    with pytest.raises(MailsteadError) as refusal:
        served.lifecycle.import_mailboxes("acme", read_mailboxes(file))
    assert refusal.value.code == "address-taken"
    assert served.world.tenants.get("acme").revision == 1
    assert not [name for name in served.world.vault.names("acme") if "bert" in name]
    file.write_text("address,name,quota_mib\nbert@acme.example,Bert,10\nclara@acme.example,Clara,\n")
    order, made = served.lifecycle.import_mailboxes("acme", read_mailboxes(file))
    served.done(order)
    assert set(made) == {"bert@acme.example", "clara@acme.example"}
    assert set(_mail(served).observe("acme").mailboxes) >= set(made)
    assert audit(served) == NOTHING


class TestFiles:
    """Tenants as files in git."""

    @pytest.fixture
    def files(self) -> dict[str, Tenant]:
        return {"acme": tenant(), "globex": tenant("globex")}

    def test_new_ones_are_brought_into_service(self, stage: Stage, files: dict[str, Tenant]) -> None:
        for order in stage.lifecycle.apply_files(stage.lifecycle.files_plan(files)).values():
            stage.done(order)
        assert audit(stage) == NOTHING
        assert not stage.lifecycle.files_plan(files)

    def test_changed_ones_are_changed(self, stage: Stage, files: dict[str, Tenant]) -> None:
        stage.lifecycle.apply_files(stage.lifecycle.files_plan(files))
        stage.engine.settle()
        files["acme"] = changes.resized(files["acme"], memory_mib=1024)
        plan = stage.lifecycle.files_plan(files)
        assert [(change.kind.value, change.subject) for change in plan] == [("update", "tenant acme")]
        stage.done(stage.lifecycle.apply_files(plan)["acme"])
        assert stage.host().machines.machines()["acme"].memory_mib == 1024
        assert audit(stage) == NOTHING

    def test_one_that_is_gone_must_be_named_before_it_is_removed(self, stage: Stage, files: dict[str, Tenant]) -> None:
        stage.lifecycle.apply_files(stage.lifecycle.files_plan(files))
        stage.engine.settle()
        del files["acme"]
        plan = stage.lifecycle.files_plan(files)
        with pytest.raises(UnsafePlan) as refusal:
            stage.lifecycle.apply_files(plan)
        assert refusal.value.value == "tenant acme"
        stage.done(stage.lifecycle.apply_files(plan, allow_loss=["tenant acme"])["acme"])
        assert audit(stage) == NOTHING
        assert not stage.lifecycle.files_plan(files)

    def test_what_came_by_command_does_not_leave_with_the_files(self, served: Stage) -> None:
        assert not served.lifecycle.files_plan({})

    def test_a_file_that_comes_back_brings_its_tenant_back(self, stage: Stage, files: dict[str, Tenant]) -> None:
        stage.lifecycle.apply_files(stage.lifecycle.files_plan(files))
        stage.lifecycle.apply_files(stage.lifecycle.files_plan({}), allow_loss=["tenant acme", "tenant globex"])
        stage.engine.settle()
        for order in stage.lifecycle.apply_files(stage.lifecycle.files_plan(files)).values():
            stage.done(order)
        assert audit(stage) == NOTHING

    def test_a_domain_in_two_files_changes_nothing(self, stage: Stage, files: dict[str, Tenant]) -> None:
        files["third"] = tenant("third", "third.example", "acme.example")
        with pytest.raises(MailsteadError) as refusal:
            stage.lifecycle.files_plan(files)
        assert (refusal.value.code, refusal.value.value) == ("domain-taken", "acme.example")
        assert stage.world.tenants.all() == {}

    def test_more_new_ones_than_numbers_change_nothing(self, tmp_path: Path, files: dict[str, Tenant]) -> None:
        stage = open_stage(tmp_path, platform(network={"vlan_first": 100, "vlan_last": 100}))
        with pytest.raises(MailsteadError) as refusal:
            stage.lifecycle.files_plan(files)
        assert refusal.value.code == "vlans-exhausted"
        assert stage.world.tenants.all() == {}

    def test_another_host_or_device_is_refused_for_a_machine_that_stands(self, served: Stage) -> None:
        for allowance in ({"block_device": "/dev/vg/acme"},):
            plan = served.lifecycle.files_plan({"acme": tenant(allowance=allowance)})
            with pytest.raises(Conflict):
                served.lifecycle.apply_files(plan)
        with pytest.raises(Conflict):
            served.lifecycle.apply_files(served.lifecycle.files_plan({"acme": tenant(host="kvm9")}))


def test_a_host_gone_from_the_platform_file_is_named(served: Stage) -> None:
    served.again()
    wanted = platform("kvm9")
    other = open_stage(served.folder, wanted)
    notes = [line for line in other.drift()["acme"] if "the platform has no host kvm1 any more" in line]
    assert len(notes) == 1
    assert "put the host back into mailstead.toml" in notes[0]


def test_an_unknown_tenant_is_told(stage: Stage) -> None:
    for verb in (stage.lifecycle.suspend, stage.lifecycle.remove, stage.lifecycle.purge, stage.lifecycle.settle):
        with pytest.raises(NotFound):
            verb("nobody")
    with pytest.raises(NotFound):
        stage.lifecycle.planner.plans(["nobody"])
