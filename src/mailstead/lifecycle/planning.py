"""What would be done: every part asked for its plan, nothing changed, nothing reserved."""

from collections.abc import Collection, Iterable
from typing import Any

from mailstead.ground.errors import MailsteadError, NotFound, Unreachable
from mailstead.hypervisors.model import Power
from mailstead.networks.model import Numbers
from mailstead.networks.plan import next_numbers
from mailstead.tenants.store import Entry

from .look import Look
from .model import Section, TenantPlan
from .parts.part import Planned, Subject
from .placing import would_place
from .rest import Rest
from .sights import Sight
from .steps import Steps

LATER = "follows when the machine has started"


class Planner:
    """Plans for one tenant or all; hosts are asked once for all of them."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._world = steps.world

    def plans(self, names: Collection[str] | None = None, look: Look | None = None) -> list[TenantPlan]:
        """Return the plans of *names*, or of everyone; those without changes included. Raises NotFound.

        With the *look* of somebody else, hosts that were asked then are not asked again.
        """
        rows = self._world.sights.rows()
        unknown = sorted(set(names or ()) - rows.keys())
        if unknown:
            message = f"there is no tenant {unknown[0]}"
            raise NotFound(message, field="tenant", value=unknown[0], remedy="see mailstead tenant list")
        return self._look_closer(sorted(names or rows), Rest(self._world, look or Look(self._world), rows))

    def _look_closer(self, names: Iterable[str], rest: Rest) -> list[TenantPlan]:
        """Return the plans of *names*, and remember who is now known to rest."""
        plans, seen = [], {}
        for name in names:
            if rest.rests(name):
                plans.append(TenantPlan(name))
                continue
            entry = self._world.tenants.get(name)
            plans.append(self._plan_or_note(entry, rest.look))
            if not plans[-1] and rest.seal(name):
                until = self._steps.credentials.rests_until(self._subject(entry, rest.look), rest.look)
                seen[name] = Sight(rest.seal(name), until.timestamp())
        self._world.sights.note(seen)
        return plans

    def _plan_or_note(self, entry: Entry, look: Look) -> TenantPlan:
        """Return the plan; what cannot be planned (a silent host, a foreign record) is told, and hides no other."""
        try:
            return self._plan(entry, look)
        except MailsteadError as error:
            note = f"cannot be planned: {error.message}" + (f" ({error.remedy})" if error.remedy else "")
            return TenantPlan(entry.tenant.name, (Section("plan", note=note),))

    def preview(self, entry: Entry) -> TenantPlan:
        """Return the plan of a tenant that is not remembered yet."""
        return self._plan(entry, Look(self._world))

    def _plan(self, entry: Entry, look: Look) -> TenantPlan:
        subject = self._subject(entry, look)
        steps = self._steps
        parts: tuple[Planned[Any], ...] = (
            steps.network,
            steps.storage,
            steps.machine,
            steps.credentials,
            steps.names,
        )
        sections = [Section(part.chapter, part.plan(subject, look)) for part in parts]
        return TenantPlan(subject.name, (*sections, self._mail(subject, look)))

    def _mail(self, subject: Subject, look: Look) -> Section:
        chapter = self._steps.mail.chapter
        if not subject.serves:
            return Section(chapter)
        machine = look.machines(subject.host).get(subject.name)
        if machine is None or machine.power is not Power.ON or look.rollover(subject.name).current is None:
            return Section(chapter, note=LATER)
        try:
            return Section(chapter, self._steps.mail.plan(subject, look))
        except Unreachable as error:
            return Section(chapter, note=f"cannot be seen: {error.message}")

    def _subject(self, entry: Entry, look: Look) -> Subject:
        """Return the tenant with the host and numbers it has, or would get."""
        name = entry.tenant.name
        numbers: Numbers | None = self._world.numbers.of(name)
        if numbers is None:
            numbers = next_numbers(self._world.platform.network, look.numbers.values())
        host = entry.host or would_place(self._world, entry.tenant, look.entries.values())
        return Subject(entry, host, numbers)


def changed(plans: Iterable[TenantPlan]) -> list[TenantPlan]:
    """Return those plans that would do something."""
    return [plan for plan in plans if plan]
