"""Bytes flip, objects vanish or are put elsewhere, keys are wrong: it is noticed, named, and the rest stays."""

from collections import Counter
from pathlib import Path

import pytest

from mailstead.backup.drivers.folder import FolderTarget
from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.errors import Damaged, ForeignStore, NoStore, TargetUnfit
from mailstead.backup.model import CHUNK, Damage
from mailstead.backup.store.backups import Backups
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.errors import InvalidInput
from mailstead.ground.scope import Scope

from .world import KEY, OTHER_KEY, WritableDisk, acme, by_chance, content_of, moment

MIB = 1 << 20


@pytest.fixture
def disk() -> WritableDisk:
    disk = WritableDisk(3 * MIB)
    disk.scatter(1, writes=20)
    return disk


@pytest.fixture
def target(disk: WritableDisk) -> MemoryTarget:
    """A store with two snapshots of which the second changed a little, and a hold on the first."""
    target = MemoryTarget()
    store = acme(target)
    first = store.backup(moment(), [disk.changes()]).snapshot
    disk.write(2 * MIB, b"changed")
    store.backup(moment(1, base=1), [disk.changes()])
    store.hold(1, reason="court", by="os:anna", at=first.taken)
    return target


def _flip(target: MemoryTarget, name: str, at: int) -> None:
    content = bytearray(target._objects[name])
    content[at] ^= 0x10
    target._objects[name] = bytes(content)


def _packs(target: MemoryTarget, kind: bytes) -> list[str]:
    return [name for name, content in target._objects.items() if "/packs/" in name and content[17:18] == kind]


def _unread(store: TenantStore, number: int, disk: str = "data") -> set[int]:
    """Return the chunks of a disk that cannot be read."""
    missing = set()
    with store.reading(number, "restore") as reading:
        found = reading.disk(disk)
        for slot in range(-(-found.size // CHUNK)):
            try:
                found.read(slot * CHUNK, CHUNK)
            except Damaged:
                missing.add(slot)
    return missing


def _slots(damage: tuple[Damage, ...], number: int) -> set[int]:
    places = (place for place in damage if place.snapshot == number)
    return {
        slot for place in places for slot in range(place.offset // CHUNK, -(-(place.offset + place.length) // CHUNK))
    }


def test_a_flipped_byte_in_any_object_is_noticed_and_costs_only_what_it_stands_for(
    target: MemoryTarget, disk: WritableDisk
) -> None:
    seen, chance = Counter[str](), by_chance(3)
    whole = bytes(disk.content)
    for name, content in list(target._objects.items()):
        for at in {0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(12))} if content else ():
            _flip(target, name, at)
            seen[_noticed(target, name, whole)] += 1
            _flip(target, name, at)
    assert set(seen) == {"double serves", "snapshot lost", "bytes lost", "hold stands"}


def _noticed(target: MemoryTarget, name: str, whole: bytes) -> str:
    """Say how a flipped byte shows; fail if it does not, or if anything else than it stands for is lost."""
    store = acme(target) if name != "store" else Backups(target, KEY).tenant("acme")
    structure, contents = store.verify_structure("check"), store.verify_contents("check")
    if name == "store" or "keys/" in name:
        assert Backups(target, KEY).verify() == [name]
        assert content_of(store, 2) == whole
        return "double serves"
    assert Backups(target, KEY).verify() == []
    if "/holds/" in name:
        assert [hold.snapshot for hold in store.holds()] == [1]
        return "hold stands"
    if "/snapshots/" in name:
        lost = int(name[-12:])
        assert structure.damage == (Damage("acme", lost, "", 0, -1),)
        assert [snapshot.number for snapshot in store.snapshots()] == [3 - lost]
        return "snapshot lost"
    assert name[-32:] in {pack for pack, _ in (*structure.broken, *contents.broken)}
    for number in (1, 2):
        found = _slots(structure.damage, number) | _slots(contents.damage, number)
        assert _unread(store, number) <= found
    return "bytes lost"


def test_damage_is_named_by_tenant_snapshot_disk_and_offset(target: MemoryTarget) -> None:
    second = _packs(target, b"c")[1]
    _flip(target, second, 40)
    store = acme(target)
    found = store.verify_contents("check")
    assert found.damage == (Damage("acme", 2, "data", 2 * MIB, CHUNK),)
    assert [pack for pack, _ in found.broken] == [second[-32:]]
    assert _unread(store, 2) == {32}
    assert _unread(store, 1) == set()
    with pytest.raises(Damaged, match=f"snapshot 2 of acme, disk data: 65536 bytes from {2 * MIB} on"):
        content_of(store, 2)


def test_a_pack_that_is_gone_is_seen_by_its_structure_alone(target: MemoryTarget) -> None:
    target.delete(_packs(target, b"c")[1])
    assert acme(target).verify_structure("check").damage == (Damage("acme", 2, "data", 2 * MIB, CHUNK),)


def test_a_lost_node_names_all_that_is_below_it(target: MemoryTarget) -> None:
    target.delete(_packs(target, b"n")[1])
    store = acme(target)
    assert store.verify_structure("check").damage == (Damage("acme", 2, "data", 0, 3 * MIB),)
    assert store.verify_structure("check").checked == 2


def test_what_lies_twice_survives_one_loss(target: MemoryTarget, disk: WritableDisk) -> None:
    """Of a chunk in a pack that is condemned the next run makes another copy."""
    pack = _packs(target, b"c")[1]
    store = acme(target)
    assert store._epochs.publish(1, frozenset({pack[-32:]}))
    assert store.backup(moment(2), [disk.source()]).added > 0
    _flip(target, pack, 40)
    assert content_of(store, 2) == disk.content
    found = store.verify_contents("check")
    assert [name for name, _ in found.broken] == [pack[-32:]]
    assert found.damage == ()


def test_nothing_is_collected_while_a_snapshot_cannot_be_read(target: MemoryTarget) -> None:
    store = acme(target)
    name = "tenants/acme/snapshots/000000000002"
    _flip(target, name, 50)
    packs = store._target.list("tenants/acme/packs/")
    before = list(packs)
    with pytest.raises(Damaged, match=name):
        store.collect("collect")
    assert list(store._target.list("tenants/acme/packs/")) == before
    assert store._epochs.newest() == 0


def test_a_damaged_snapshot_can_be_removed(target: MemoryTarget) -> None:
    store = acme(target)
    _flip(target, "tenants/acme/snapshots/000000000002", 50)
    store.remove(2, "prune")
    store.collect("collect")
    assert store.verify_structure("check").damage == ()


def test_verification_goes_on_where_it_stopped_and_its_parts_make_the_whole(target: MemoryTarget) -> None:
    store, told = acme(target), list[str]()
    everything = store.verify_contents("check", told=lambda one: told.append(one.pack))
    assert everything.checked == len(told) == 4
    assert store.verify_contents("check", after=told[1]).checked == 2
    parts = [store.verify_contents("check", part=part, parts=30).checked for part in range(1, 31)]
    assert sum(parts) == 4


def test_two_tenants_objects_cannot_be_swapped(target: MemoryTarget, disk: WritableDisk) -> None:
    other = Backups(target, KEY).tenant("globex")
    other.backup(moment(), [disk.source()])
    other.backup(moment(1, base=1), [disk.source(ranges=[])])
    objects = target._objects
    for name in [name for name in objects if name.startswith("tenants/acme/snapshots/")]:
        objects[name] = objects[name.replace("acme", "globex")]
    assert acme(target).snapshots() == []
    found = acme(target).verify_structure("check")
    assert {place.snapshot for place in found.damage} == {1, 2}


def test_a_pack_of_another_tenant_is_refused(target: MemoryTarget, disk: WritableDisk) -> None:
    Backups(target, KEY).tenant("globex").backup(moment(), [disk.source()])
    objects = target._objects
    foreign = next(name for name in objects if name.startswith("tenants/globex/packs/"))
    objects[foreign.replace("globex", "acme")] = objects[foreign]
    assert acme(target).verify_structure("check").broken == ((foreign[-32:], "its footer cannot be read"),)


def test_a_key_of_another_tenant_is_refused(target: MemoryTarget) -> None:
    Backups(target, KEY).tenant("globex")
    objects = target._objects
    for name in [name for name in objects if name.startswith("tenants/acme/keys/")]:
        objects[name] = objects[name.replace("acme", "globex")]
    with pytest.raises(Damaged):
        Backups(target, KEY).tenant("acme")


def test_a_snapshot_under_another_number_is_refused(target: MemoryTarget) -> None:
    target._objects["tenants/acme/snapshots/000000000009"] = target._objects["tenants/acme/snapshots/000000000001"]
    assert [snapshot.number for snapshot in acme(target).snapshots()] == [1, 2]


def test_a_second_platform_is_kept_out_and_changes_nothing(target: MemoryTarget) -> None:
    before = dict(target._objects)
    for enter in (Backups, Backups.make):
        with pytest.raises(ForeignStore):
            enter(target, OTHER_KEY)
    assert target._objects == before


def test_a_place_without_a_store_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(NoStore):
        Backups(MemoryTarget(), KEY)


def test_a_target_that_overwrites_is_refused() -> None:
    class Overwriting(MemoryTarget):
        def create(self, name: str, content: bytes) -> None:
            self._objects[name] = content

    with pytest.raises(TargetUnfit):
        Backups.make(Overwriting(), KEY)


def test_who_may_see_one_tenant_sees_one(target: MemoryTarget) -> None:
    backups = Backups(target, KEY)
    backups.tenant("globex")
    assert backups.tenants(Scope.of("globex", "initech")) == ["globex"]


def test_nobody_reaches_a_neighbour_by_a_clever_name(target: MemoryTarget) -> None:
    with pytest.raises(InvalidInput):
        Backups(target, KEY).tenant("globex/../acme")


def test_a_store_that_can_only_be_read_is_read(target: MemoryTarget, disk: WritableDisk, tmp_path: Path) -> None:
    for name, content in target._objects.items():
        FolderTarget(tmp_path).create(name, content)
    store = Backups(FolderTarget(tmp_path), KEY).tenant("acme")
    assert content_of(store, 2) == disk.content


def test_no_content_no_name_of_a_disk_and_no_key_lies_in_clear() -> None:
    target, disk = MemoryTarget(), WritableDisk(MIB)
    disk.write(0, b"From: alice@acme.example" * 100)
    store = acme(target)
    store.backup(moment(), [disk.source("very-secret-disk")])
    store.hold(1, reason="very-secret-reason", by="os:anna", at=moment().taken)
    everything = b"".join(target._objects.values())
    for secret in (b"alice@", b"very-secret", KEY.reveal(), b"taken"):
        assert secret not in everything
