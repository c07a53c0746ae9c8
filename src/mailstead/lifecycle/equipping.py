"""What is inside a tenant's Windows machine, brought to what its file says: an order of its own, beside `settle`.

Each step looks first and may be repeated: a guest that restarts in the midst, or an answer that was lost, costs a
retry and nothing else.
"""

from mailstead.ground.clock import Deadline
from mailstead.ground.plans import ChangePlan
from mailstead.orders.model import Inputs
from mailstead.orders.port import Engine, Order
from mailstead.tenants.windows import Windows
from mailstead.windows.errors import NoWindowsHost, WindowsSilent
from mailstead.windows.model import Feature, GuestState, Item
from mailstead.windows.plan import compare_features, compare_settings, wanted_state
from mailstead.windows.port import GuestRoles

from .errors import NotWindows
from .parts.medium import MediumPart
from .parts.part import Mine, Subject
from .workflow import PATIENT
from .world import World

EQUIP = "equip"
UP_S, POLL_S = 1800.0, 5.0  # the first start of Windows takes many minutes
Done = list[str]


class Equipping:
    """The steps, the runbook they make, and the plan of it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def register(self, engine: Engine) -> None:
        """Tell the engine what this kind of order does."""
        engine.register(EQUIP, self.equip)

    def equip(self, order: Order, inputs: Inputs) -> None:
        """Bring features, services, name servers and firewall to what is wanted; restart only where it is allowed."""
        about = (order.tenant, order.still_mine)
        order.total_steps = 5
        order.step("wait for Windows", self.await_up, *about, retries=PATIENT)
        order.step("set features", self.set_features, *about, retries=PATIENT)
        order.step("restart if it must", self.restart, *about, retries=PATIENT)
        order.step("wait for Windows again", self.await_settled, *about, retries=PATIENT)
        order.step("set services, name servers, firewall", self.set_settings, *about, retries=PATIENT)

    def plan(self, name: str) -> ChangePlan[Item]:
        """Return all that would be changed. Raises NotWindows, NoWindowsHost, NoSuchFeature, what the guest says."""
        windows, roles = self.windows(name), self.roles(name)
        wanted = wanted_state(windows)
        found = roles.found(name, wanted)
        return compare_features(wanted, found, restarts=_may_restart(windows)) + compare_settings(wanted, found)

    def found(self, name: str) -> GuestState:
        """Return what there is of what the tenant's file names. Raises like `plan`."""
        return self.roles(name).found(name, wanted_state(self.windows(name)))

    def windows(self, name: str) -> Windows:
        """Return what is wanted of the tenant's Windows machine; raise NotFound or NotWindows."""
        windows = self._world.tenants.get(name).tenant.windows
        if windows is None:
            remedy = "its file has no table [windows]: see mailstead schema tenant"
            raise NotWindows(f"{name} has no Windows machine", field="tenant", value=name, remedy=remedy)
        return windows

    def roles(self, name: str) -> GuestRoles:
        """Return the way into the tenant's Windows machine; raise NoWindowsHost."""
        host = self._world.tenants.get(name).host
        roles = self._world.ports(host).windows if host else None
        if roles is None:
            remedy = f"bring the machine about first: mailstead apply {name}"
            raise NoWindowsHost(f"{name} stands on no Windows host", field="host", value=host or "", remedy=remedy)
        return roles

    def await_up(self, name: str, mine: Mine) -> Done:
        """Return when the guest answers; raise WindowsSilent after UP_S seconds."""
        self.windows(name)
        roles, deadline = self.roles(name), Deadline(self._world.clock, UP_S, interval_s=POLL_S)
        while not roles.answers(name):
            _wait(name, deadline, mine, "does not answer")
        return self._eject(name, mine)

    def set_features(self, name: str, mine: Mine) -> Done:
        windows, roles = self.windows(name), self.roles(name)
        wanted = wanted_state(windows)
        plan = compare_features(wanted, roles.found(name, wanted), restarts=False)
        return self._apply(name, plan, mine)

    def restart(self, name: str, mine: Mine) -> Done:
        """Restart if a feature waits for it and the tenant's file allows it; else say that it waits."""
        windows, roles = self.windows(name), self.roles(name)
        wanted = wanted_state(windows)
        found = roles.found(name, wanted)
        if found.restart.waits and not _may_restart(windows):
            return ['waits for a restart: restart it, or say restart = "when-needed"']
        return self._apply(name, compare_features(wanted, found, restarts=True), mine)

    def await_settled(self, name: str, mine: Mine) -> Done:
        """Return when the guest answers, and nothing waits for a restart that was allowed."""
        windows, roles = self.windows(name), self.roles(name)
        wanted, deadline = wanted_state(windows), Deadline(self._world.clock, UP_S, interval_s=POLL_S)
        while not roles.answers(name) or (_may_restart(windows) and roles.found(name, wanted).restart.waits):
            _wait(name, deadline, mine, "has not come up again")
        return []

    def set_settings(self, name: str, mine: Mine) -> Done:
        wanted = wanted_state(self.windows(name))
        return self._apply(name, compare_settings(wanted, self.roles(name).found(name, wanted)), mine)

    def _eject(self, name: str, mine: Mine) -> Done:
        entry, numbers = self._world.tenants.get(name), self._world.numbers.of(name)
        if entry.host is None or numbers is None:
            return []
        return MediumPart(self._world).eject(Subject(entry, entry.host, numbers), mine)

    def _apply(self, name: str, plan: ChangePlan[Item], mine: Mine) -> Done:
        if plan:
            mine()
            self.roles(name).apply(name, plan)
        return [f"{_verb(change.after) or change.kind} {change.subject}" for change in plan]


def _verb(item: Item | None) -> str:
    """A feature is there as a thing also before it is installed: say what is done to it."""
    return ("install" if item.installed else "uninstall") if isinstance(item, Feature) else ""


def _may_restart(windows: Windows) -> bool:
    return windows.restart == "when-needed"


def _wait(name: str, deadline: Deadline, mine: Mine, what: str) -> None:
    mine()
    if not deadline.wait():
        remedy = "look at its console; is the endpoint Mailstead.Guest in its image? docs/formats/unattend.md"
        raise WindowsSilent(f"Windows of {name} {what} within {UP_S:.0f} s", field="tenant", value=name, remedy=remedy)
