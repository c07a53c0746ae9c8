"""Backups, prunes, holds, collections, readers, deaths, in any order: what was confirmed stays, what is dead goes."""

from contextlib import ExitStack, suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.errors import SnapshotHeld, SnapshotInUse
from mailstead.backup.model import CHUNK, Hold
from mailstead.backup.store.reading import SnapshotDisk

from .dying import Died, DyingTarget, HookedTarget
from .world import START, WritableDisk, acme, content_of, moment

CHUNKS = 12
slots, seeds = st.integers(0, CHUNKS - 1), st.integers(0, 3)
lives = st.integers(0, 9)


class Story(RuleBasedStateMachine):
    """A model beside the store: which snapshots were confirmed and what is in them, which holds stand, who reads."""

    holds: Bundle[Hold] = Bundle("holds")
    readers: Bundle[tuple[int, ExitStack, SnapshotDisk]] = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.target = MemoryTarget()
        self.store = acme(self.target)
        self.disk = WritableDisk(CHUNKS * CHUNK)
        self.known: dict[int, bytes] = {}
        self.held: list[Hold] = []
        self.read: list[int] = []
        self.runs = 0

    @rule(slot=slots, seed=seeds)
    def write(self, slot: int, seed: int) -> None:
        """Few contents, so that what was dead comes to life again."""
        self.disk.write(slot * CHUNK, bytes([seed]) * 100)

    @rule()
    def full(self) -> None:
        self._confirmed(acme(self.target).backup(moment(run=self._run()), [self.disk.source()]).snapshot.number)

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 99))
    def incremental(self, choice: int) -> None:
        base = sorted(self.known)[choice % len(self.known)]
        source = self.disk.source()  # what changed since any base lies within all of it
        self._confirmed(acme(self.target).backup(moment(base=base, run=self._run()), [source]).snapshot.number)

    @precondition(lambda self: self.known)
    @rule(at=st.integers(0, 40), choice=st.integers(0, 99))
    def backup_in_whose_midst_others_work(self, at: int, choice: int) -> None:
        left = [at]

        def before(_verb: str, _name: str) -> None:
            left[0] -= 1
            if left[0] == -1:
                self.remove(choice)
                self.collect()
                self.collect()

        hooked = HookedTarget(self.target, lambda verb, name: None)
        store = acme(hooked)
        hooked.before = before
        self._confirmed(store.backup(moment(run=self._run()), [self.disk.source()]).snapshot.number)

    @rule(lives=lives)
    def backup_that_dies(self, lives: int) -> None:
        dying = DyingTarget(self.target)
        store = acme(dying)
        dying.lives = dying.writes + lives
        before = set(self._numbers())
        with suppress(Died):
            store.backup(moment(run="dying"), [self.disk.source()])
        for number in set(self._numbers()) - before:
            self._confirmed(number)

    @rule(lives=lives)
    def collection_that_dies(self, lives: int) -> None:
        dying = DyingTarget(self.target)
        store = acme(dying)
        dying.lives = dying.writes + lives
        with suppress(Died):
            store.collect("dying-collection")

    @rule()
    def collect(self) -> None:
        acme(self.target).collect(self._run())

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 99))
    def remove(self, choice: int) -> None:
        if not self.known:
            return
        number = sorted(self.known)[choice % len(self.known)]
        try:
            acme(self.target).remove(number, self._run())
        except SnapshotHeld:
            assert number in [hold.snapshot for hold in self.held]
        except SnapshotInUse:
            assert number in self.read
        else:
            assert number not in [*self.read, *(hold.snapshot for hold in self.held)]
            del self.known[number]

    @precondition(lambda self: self.known)
    @rule(target=holds, choice=st.integers(0, 99))
    def hold(self, choice: int) -> Hold:
        number = sorted(self.known)[choice % len(self.known)]
        hold = self.store.hold(number, reason="court", by="os:anna", at=START)
        self.held.append(hold)
        return hold

    @rule(hold=consumes(holds))
    def release(self, hold: Hold) -> None:
        self.store.release(hold)
        self.held.remove(hold)

    @precondition(lambda self: self.known)
    @rule(target=readers, choice=st.integers(0, 99))
    def begin_to_read(self, choice: int) -> tuple[int, ExitStack, SnapshotDisk]:
        number = sorted(self.known)[choice % len(self.known)]
        stack = ExitStack()
        disk = stack.enter_context(acme(self.target).reading(number, self._run())).disk("data")
        self.read.append(number)
        return number, stack, disk

    @rule(reader=consumes(readers))
    def read_to_the_end(self, reader: tuple[int, ExitStack, SnapshotDisk]) -> None:
        number, stack, disk = reader
        assert disk.read(0, disk.size) == self.known[number]
        stack.close()
        self.read.remove(number)

    @invariant()
    def what_was_confirmed_stays(self) -> None:
        assert self._numbers() == sorted(self.known)
        for number, content in self.known.items():
            assert content_of(self.store, number) == content

    def teardown(self) -> None:
        """In the end, with nobody at work, everything that is dead goes."""
        for lease in self.store.leases():
            self.store.break_lease(lease)
        for hold in self.held:
            self.store.release(hold)
        for number in list(self.known):
            self.store.remove(number, "last")
        for number in range(3):
            self.store.collect(f"last-{number}")
        assert [entry for entry in self.target.list("tenants/acme/") if "/packs/" in entry.name] == []

    def _run(self) -> str:
        self.runs += 1
        return f"run-{self.runs}"

    def _numbers(self) -> list[int]:
        return [snapshot.number for snapshot in self.store.snapshots()]

    def _confirmed(self, number: int) -> None:
        self.known[number] = bytes(self.disk.content)


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
