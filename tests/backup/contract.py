"""What every target of backups must do."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mailstead.backup.errors import NoSuchObject, ObjectExists
from mailstead.backup.port import Object, Target


class TargetContract:
    """Subclasses give an empty `target`."""

    def test_what_was_created_is_read(self, target: Target) -> None:
        target.create("tenants/acme/packs/one", b"content")
        assert target.read("tenants/acme/packs/one") == b"content"

    def test_an_object_may_be_empty(self, target: Target) -> None:
        target.create("tenants/acme/leases/one", b"")
        assert target.read("tenants/acme/leases/one") == b""
        assert list(target.list("tenants/acme/leases/")) == [Object("tenants/acme/leases/one", 0)]

    def test_a_pack_of_16_mib_is_read_in_parts(self, target: Target) -> None:
        content = bytes(range(256)) * 65_536
        target.create("big", content)
        assert target.read("big", 1_000_003, 70_000) == content[1_000_003 : 1_000_003 + 70_000]
        assert target.read("big", 16_777_000) == content[16_777_000:]
        assert target.read("big") == content

    def test_reading_stops_at_the_end(self, target: Target) -> None:
        target.create("short", b"0123456789")
        assert target.read("short", 8, 100) == b"89"
        assert target.read("short", 3, 0) == b""
        assert target.read("short", 10, 5) == b""

    def test_creating_twice_is_refused_and_the_first_stays(self, target: Target) -> None:
        target.create("store", b"first")
        with pytest.raises(ObjectExists):
            target.create("store", b"second")
        assert target.read("store") == b"first"

    def test_of_many_who_create_one_object_exactly_one_succeeds(self, target: Target) -> None:
        def attempt(number: int) -> int | None:
            try:
                target.create("tenants/acme/snapshots/000000000001", b"%d" % number)
            except ObjectExists:
                return None
            return number

        with ThreadPoolExecutor(8) as pool:
            winners = [won for won in pool.map(attempt, range(8)) if won is not None]
        assert len(winners) == 1
        assert target.read("tenants/acme/snapshots/000000000001") == b"%d" % winners[0]

    def test_what_is_not_there_is_named(self, target: Target) -> None:
        with pytest.raises(NoSuchObject) as caught:
            target.read("tenants/acme/packs/absent")
        assert "absent" in caught.value.message

    def test_a_folder_is_listed_with_all_below_it_in_order(self, target: Target) -> None:
        for name in ("tenants/b/packs/2", "tenants/a/packs/3", "tenants/a/packs-1", "tenants/a/packs/1", "store"):
            target.create(name, name.encode())
        assert [entry.name for entry in target.list("tenants/a/packs/")] == ["tenants/a/packs/1", "tenants/a/packs/3"]
        assert [entry.name for entry in target.list("tenants/")] == [
            "tenants/a/packs-1",
            "tenants/a/packs/1",
            "tenants/a/packs/3",
            "tenants/b/packs/2",
        ]
        assert {entry.size for entry in target.list("tenants/b/")} == {len("tenants/b/packs/2")}

    def test_a_folder_with_thousands_of_objects_is_listed_wholly(self, target: Target) -> None:
        for number in range(1100):
            target.create(f"many/{number:04d}", b"")
        assert [entry.name for entry in target.list("many/")] == [f"many/{number:04d}" for number in range(1100)]

    def test_an_empty_folder_lists_nothing(self, target: Target) -> None:
        assert list(target.list("tenants/nobody/packs/")) == []

    def test_a_deleted_object_is_gone_and_its_name_is_free(self, target: Target) -> None:
        target.create("tenants/acme/one", b"1")
        target.delete("tenants/acme/one")
        assert list(target.list("tenants/")) == []
        target.create("tenants/acme/one", b"2")
        assert target.read("tenants/acme/one") == b"2"

    def test_deleting_twice_is_no_error(self, target: Target) -> None:
        target.create("tenants/acme/one", b"1")
        target.delete("tenants/acme/one")
        target.delete("tenants/acme/one")
        target.delete("tenants/nobody/never")
