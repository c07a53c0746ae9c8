"""A worker process: DBOS carries the orders, our ledger remembers them, our leases guard the tenants."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Condition, Event, Lock
from uuid import uuid4

from dbos import DBOS, DBOSConfig, error
from sqlalchemy.exc import OperationalError

from mailstead.ground.clock import Clock, SystemClock
from mailstead.ground.errors import Unreachable
from mailstead.orders import plan
from mailstead.orders.desk import POLL_S, LedgerDesk
from mailstead.orders.model import AGAIN_S, Json, Lease, Limits, Reserve, StateInUse, Stopped
from mailstead.orders.port import Heartbeats, Leases, Ledger, Workflow
from mailstead.orders.run import execute, sure
from mailstead.state.database import StateFull

from .beat import Beat
from .dispatcher import Dispatcher
from .place import WorkerLock, host_id, prepare_sqlite
from .plain import JsonSerializer, disable_pickle
from .room import Room, folders_of

VERSION = "wf-1"  # rises only with a migration that moves open orders; code changes go through order.patch
BATCH = 500
_only_one = Lock()  # DBOS keeps its state in globals


class DbosEngine(LedgerDesk):
    """An `Engine` on DBOS. Before `launch` it is a desk like any other; `launch` makes the process a worker.

    *system_url* is the engine's own database (`sqlite:///…` or PostgreSQL), *folder* holds host id and lock.
    """

    def __init__(
        self,
        ledger: Ledger,
        leases: Leases,
        heartbeats: Heartbeats,
        *,
        system_url: str,
        folder: Path,
        clock: Clock = SystemClock(),  # noqa: B008  # has no state
        role: str = "worker",
        limits: Limits = Limits(),  # noqa: B008  # frozen
        reserve: Reserve = Reserve(),  # noqa: B008  # frozen
        poll_s: float = 0.2,
        again_s: float = AGAIN_S,
        grace_s: float = 60.0,
    ) -> None:
        super().__init__(ledger, clock)
        self.ledger = ledger
        self.leases = leases
        self.clock = clock
        self.worker = f"{host_id(folder)}-{role}"
        self._heartbeats = heartbeats
        self._lock = WorkerLock(folder, system_url, self.worker)
        self._system_url = system_url
        self._limits = limits
        self._poll_s = poll_s
        self.again_s = again_s
        self._grace_s = grace_s
        self._room = Room({folder, *folders_of([system_url])}, reserve)
        self._workflows: dict[str, Workflow] = {}
        self._kept: set[Lease] = set()
        self._owed: set[Lease] = set()  # to be released as soon as our database can be written again
        self._lead: Lease | None = None
        self._leading = Lock()
        self._closing = Event()
        self._executions = Condition()
        self._in_hand: list[str] = []
        self._missed: set[str] = set()
        self._dispatcher: Dispatcher | None = None
        self._beats: dict[str, Beat] = {}

    def register(self, kind: str, workflow: Workflow, *, gives_room: bool = False) -> None:
        self._workflows[kind] = workflow
        if gives_room:
            self._room.givers.add(kind)

    def admit(self, kind: str) -> None:
        self._room.admit(kind)

    def demand_room(self, kind: str) -> None:
        self._room.demand(kind)

    def workflow(self, kind: str) -> Workflow:
        if kind not in self._workflows:
            raise plan.unknown_kind(kind)
        return self._workflows[kind]

    def launch(self) -> None:
        if not _only_one.acquire(blocking=False):
            remedy = "close the other engine first"
            raise StateInUse("this process is a worker already", field="state", remedy=remedy)
        try:
            self._lock.acquire()
            self._start()
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            self._lock.release()
            _only_one.release()
            raise

    def close(self) -> None:
        if self._dispatcher is None:
            return
        self._closing.set()
        try:
            with self._executions:
                self._executions.wait_for(lambda: not self._in_hand, self._grace_s)
        finally:
            self._end()

    def prune(self, before: datetime) -> int:
        pruned = 0
        while ended := self.ledger.ended(before, BATCH):
            DBOS.delete_workflows([*ended])  # first: what only the ledger knows can be pruned again
            self.ledger.forget(ended)
            pruned += len(ended)
        return pruned

    def take(self, resource: str, holder: str) -> Lease | None:
        if any(lease.resource == resource for lease in self._kept.copy()):
            return None  # held here and alive, whatever a clock that jumped may say of its expiry
        lease = self.leases.take(resource, holder, self.worker)
        if lease:
            self._kept.add(lease)
        return lease

    def release(self, lease: Lease) -> None:
        self._kept.discard(lease)
        try:
            self.leases.release(lease)
        except (StateFull, Unreachable):
            self._owed.add(lease)

    def _start(self) -> None:
        self._closing.clear()
        self.leases.release_all(self.worker)  # we hold the lock: whoever had them is dead
        self._heartbeats.beat(self.worker)
        disable_pickle()
        prepare_sqlite(self._system_url)
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # or DBOS writes to stderr by itself
        DBOS(config=self._config())

        @DBOS.workflow(name="mailstead.order")
        def workflow(order: str) -> None:
            self._carry_out(order)

        DBOS.launch()
        self._dispatcher = Dispatcher(self.ledger, self.clock, self._limits, workflow, self._poll_s)
        self._dispatcher.open_lines()
        beat_s = self.leases.ttl_s / 6  # so that a few may be missed before anybody thinks us dead
        self._beats = {
            "leases": Beat("leases", beat_s, self._renew),
            "heart": Beat("heart", beat_s, lambda: self._heartbeats.beat(self.worker)),
            "dispatch": Beat("dispatch", self._poll_s, self._dispatch),
            "care": Beat("care", beat_s, self._care),
        }
        for beat in self._beats.values():
            beat.start()

    def _end(self) -> None:
        for beat in self._beats.values():
            beat.stop()
        self._beats = {}
        DBOS.destroy(destroy_registry=True)
        self._dispatcher = None
        self._lead = None
        self._heartbeats.forget(self.worker)
        if not self._in_hand:
            self.leases.release_all(self.worker)  # a step still in hand keeps its own until it ends
        self._lock.release()
        _only_one.release()

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name="mailstead",
            system_database_url=self._system_url,
            application_version=VERSION,
            executor_id=self.worker,
            serializer=JsonSerializer(),
            log_level="WARNING",
            notification_listener_polling_interval_sec=self._poll_s,  # also how long closing takes
        )

    def _carry_out(self, order: str) -> None:
        holder = f"{order}/{uuid4().hex[:12]}"
        with self._counted(order):
            view = sure(lambda: self.ledger.get(order))
            execute(view, self, _DbosMotor(self._closing), holder)

    @contextmanager
    def _counted(self, order: str) -> Iterator[None]:
        with self._executions:
            self._in_hand.append(order)
        try:
            yield
        finally:
            with self._executions:
                self._in_hand.remove(order)
                self._executions.notify_all()
            self._poke()  # the next order of this tenant may go

    def _poke(self) -> None:
        if beat := self._beats.get("dispatch"):
            beat.poke()

    def _renew(self) -> None:
        for lease in self._owed.copy():
            self.leases.release(lease)
            self._owed.discard(lease)
        for lease in self._kept.copy():
            if not self.leases.renew(lease):
                self._kept.discard(lease)

    def _dispatch(self) -> None:
        if self._dispatcher and self._leads():
            self._dispatcher.dispatch()

    def _care(self) -> None:
        if self._dispatcher is None:
            return
        missed = self._dispatcher.stranded(self.worker, self._in_hand)
        self._dispatcher.resume(missed & self._missed)  # not those that are just beginning
        self._missed = missed
        if self._leads():
            self._dispatcher.take_over(self._heartbeats, self.leases.ttl_s)
            self._dispatcher.reconcile()

    def _leads(self) -> bool:
        """Say whether this worker is the one that hands orders over; try to become it otherwise."""
        with self._leading:
            if self._lead is None or not self.leases.held(self._lead):
                self._lead = self.take("orders:dispatch", self.worker)
            return self._lead is not None


class _DbosMotor:
    """The `Motor` inside a DBOS workflow."""

    def __init__(self, closing: Event) -> None:
        self._closing = closing

    def record(self, name: str, act: Callable[[], Json]) -> Json:
        """Also raises Stopped when DBOS cannot keep the checkpoint: the step is repeated when it can."""
        self.pause(0)
        try:
            return DBOS.run_step({"name": name}, act)
        except error.DBOSUnexpectedStepError as other:
            _, position, expected, recorded = other.inputs
            raise plan.unknown_step(position, recorded, expected) from other
        except OperationalError as failed:
            raise Stopped from failed

    def patch(self, name: str) -> bool:
        return DBOS.patch(name)

    def pause(self, seconds: float) -> None:
        if self._closing.wait(seconds):
            raise Stopped

    def doze(self, seconds: float) -> None:
        self.pause(min(seconds, POLL_S))
