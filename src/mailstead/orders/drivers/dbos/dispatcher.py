"""From the ledger to DBOS: whose turn it is, who was cancelled, whose worker died."""

from collections.abc import Callable, Collection
from datetime import datetime

from dbos import DBOS, SetWorkflowID, WorkflowStatus

from mailstead.ground.clock import Clock
from mailstead.ground.errors import awaited
from mailstead.orders import parking, plan
from mailstead.orders.failures import as_failure
from mailstead.orders.model import Limits, OrderView
from mailstead.orders.port import Heartbeats, Ledger


class Dispatcher:
    """Each verb looks at DBOS first and may be repeated; only the process that leads calls them."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        limits: Limits,
        workflow: Callable[[str], None],
        poll_s: float,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._limits = limits
        self._workflow = workflow
        self._poll_s = poll_s
        self._lines: set[str] = set()

    def open_lines(self) -> None:
        """Make the queues of all hosts that are known beforehand."""
        for host in (None, *self._limits.hosts):
            self._line(host)

    def dispatch(self) -> None:
        """Withdraw what was cancelled, then hand over whatever stands at the head of its tenant's line."""
        active = self._ledger.active()
        for order in active:
            if not order.status.is_open:
                DBOS.cancel_workflow(order.id)
                self._ledger.change(order.id, plan.settled(order, plan.taken_back))
        for order in plan.due([order for order in active if order.status.is_open], self._clock.now()):
            self._hand_over(order)
            self._ledger.change(order.id, plan.handed_over)

    def reconcile(self) -> None:
        """Let late answers be told, and bring orders to an end whose workflow ended without a word to the ledger."""
        handed = {order.id: order for order in self._ledger.active() if order.handed and order.status.is_open}
        there = {found.workflow_id: found for found in _find(list(handed), with_error=True)}
        for order in handed.values():
            end = self._end_of(there.get(order.id)) or parking.overdue(self._clock.now())
            self._ledger.change(order.id, plan.settled(order, end))

    def stranded(self, worker: str, in_hand: Collection[str]) -> set[str]:
        """Return the orders that DBOS says *worker* carries out, but that are not among those *in_hand*.

        So an order stands whose execution could not write to a full disk or a database that was away.
        """
        handed = {order.id for order in self._ledger.active() if order.handed and order.status.is_open} - {*in_hand}
        return {found.workflow_id for found in _find([*handed]) if _is_with(found, worker)}

    def resume(self, orders: Collection[str]) -> None:
        """Give orders back to their queues."""
        for found in _find([*orders]):
            DBOS.resume_workflow(found.workflow_id, queue_name=found.queue_name)

    def take_over(self, heartbeats: Heartbeats, dead_after_s: float) -> None:
        """Give the orders of dead workers back to their queues; forget a worker when none is left."""
        for worker in heartbeats.silent(dead_after_s):
            left = DBOS.list_workflows(status="PENDING", executor_id=worker, load_input=False, load_output=False)
            for found in left:
                DBOS.resume_workflow(found.workflow_id, queue_name=found.queue_name)
            if not left:
                heartbeats.forget(worker)

    def _hand_over(self, order: OrderView) -> None:
        line = self._line(order.host)
        found = _find([order.id])
        if not found:
            with SetWorkflowID(order.id):
                DBOS.enqueue_workflow(line, self._workflow, order.id)
        elif order.resume_at is not None or found[0].status == "ERROR":
            DBOS.cancel_workflow(order.id)  # one that is just failing could not be rewound yet
            DBOS.rewind_workflow(order.id, start_step=order.resume_at or _failed_at(order.id), queue_name=line)
        elif found[0].status != "SUCCESS":
            DBOS.resume_workflow(order.id, queue_name=line)

    def _end_of(self, found: WorkflowStatus | None) -> plan.Transition | None:
        now = self._clock.now()
        if found is None:  # an older state of the engine's database was restored
            return plan.taken_back
        if found.status == "SUCCESS":
            return plan.done(now)
        if found.status == "CANCELLED":
            return plan.cancelled(now)
        if found.status in {"ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}:
            return self._failed(found, now)
        return None

    def _failed(self, found: WorkflowStatus, now: datetime) -> plan.Transition:
        error = found.error or RuntimeError(found.status)
        failure, resume_at = as_failure(error), _failed_at(found.workflow_id)
        if waits_for := awaited(error):
            return parking.parked(waits_for, failure, resume_at, now)
        return plan.failed(now, failure, resume_at)

    def _line(self, host: str | None) -> str:
        line = Limits.line(host)
        if line not in self._lines:
            at_once = self._limits.of(host)
            DBOS.register_queue(line, global_concurrency=at_once, polling_interval_sec=self._poll_s)
            self._lines.add(line)
        return line


def _find(ids: list[str], *, with_error: bool = False) -> list[WorkflowStatus]:
    if not ids:
        return []
    return DBOS.list_workflows(workflow_ids=ids, load_input=False, load_output=with_error)


def _is_with(found: WorkflowStatus, worker: str) -> bool:
    return found.status == "PENDING" and found.executor_id == worker


def _failed_at(workflow: str) -> int:
    """Return the position of the step that failed last, or the one behind all."""
    steps = DBOS.list_workflow_steps(workflow, load_output=True)
    failed = [step["function_id"] for step in steps if step["error"] is not None]
    return failed[-1] if failed else len(steps) + 1
