"""What would be done: every part asked for its plan, nothing changed, nothing reserved."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.hypervisors.model import Power
from mailstead.networks.model import Numbers
from mailstead.networks.plan import next_numbers
from mailstead.tenants.store import Entry

from .following import follow
from .look import Look
from .model import Section, TenantPlan
from .parts.part import Planned, Subject
from .placing import would_place
from .rest import Rest
from .sights import Sight
from .steps import Steps

FEW = 8  # tenants that are looked at one by one, as closely as can be
LATER = "follows when the machine has started"
Asking = Callable[[Planned[Any], Subject, Look], Section]


class Planner:
    """Plans for one tenant or all; hosts are asked once for all of them."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._world = steps.world

    def plans(self, names: Collection[str] | None = None, look: Look | None = None) -> list[TenantPlan]:
        """Return the plans of *names*, or of everyone; those without changes included. Raises NotFound.

        With the *look* of somebody else, hosts that were asked then are not asked again.
        """
        few = names is not None and len(names) <= FEW
        for name in names if names and few else (None,):
            follow(self._world, name)
        rows = self._world.sights.rows(names)
        unknown = sorted(set(names or ()) - rows.keys())
        if unknown:
            message = f"there is no tenant {unknown[0]}"
            raise NotFound(message, field="tenant", value=unknown[0], remedy="see mailstead tenant list")
        rest = Rest(self._world, look or Look(self._world, closely=few), rows)
        return list(self._with_shared(self._look_closer(sorted(names or rows), rest), rest))

    def preview(self, entry: Entry) -> TenantPlan:
        """Return the plan of a tenant that is not remembered yet; raises what hinders it."""
        look = Look(self._world)
        return self._plan(self._subject(entry, look), look, _section)

    def _look_closer(self, names: Iterable[str], rest: Rest) -> Iterator[TenantPlan]:
        """Yield the plans of *names*, and remember who is now known to rest."""
        seen = {}
        for name in names:
            if rest.unchanged(name) and rest.in_time(name):
                yield TenantPlan(name)
                continue
            with suppress(NotFound):  # purged since the names were read
                entry = self._world.tenants.get(name)
                plan = self._plan_or_note(entry, rest)
                if not plan and rest.seal(name):
                    until = self._steps.credentials.rests_until(self._subject(entry, rest.look), rest.look)
                    seen[name] = Sight(rest.seal(name), until.timestamp())
                yield plan
        self._world.sights.note(seen)

    def _plan_or_note(self, entry: Entry, rest: Rest) -> TenantPlan:
        """Return the plan; of a tenant that is as it was, only what time decides has to be asked."""
        name, look = entry.tenant.name, rest.look
        try:
            subject = self._subject(entry, look)
        except MailsteadError as error:
            return TenantPlan(name, (Section("plan", note=_note(error)),))
        if rest.unchanged(name):
            return TenantPlan(name, (self._credentials(subject, look, _section_or_note),))
        return self._plan(subject, look, _section_or_note)

    def _plan(self, subject: Subject, look: Look, ask: Asking) -> TenantPlan:
        steps = self._steps
        sections = (
            ask(steps.network, subject, look),
            ask(steps.storage, subject, look),
            ask(steps.machine, subject, look),
        )
        if subject.tenant.windows:  # what is inside it: mailstead guest plan
            return TenantPlan(subject.name, _told_once(sections))
        mail = (
            self._credentials(subject, look, ask),
            ask(steps.names, subject, look),
            ask(steps.trust, subject, look),
            self._mail(subject, look, ask),
        )
        return TenantPlan(subject.name, _told_once((*sections, *mail)))

    def _credentials(self, subject: Subject, look: Look, ask: Asking) -> Section:
        credentials = self._steps.credentials
        if subject.tenant.windows:
            return Section(credentials.chapter)
        return replace(ask(credentials, subject, look), due=credentials.only_time(subject, look))

    def _mail(self, subject: Subject, look: Look, ask: Asking) -> Section:
        mail = self._steps.mail
        if not subject.serves:
            return Section(mail.chapter)
        try:
            machine = look.machines(subject.host).get(subject.name)
        except MailsteadError as error:
            return Section(mail.chapter, note=_note(error))
        if machine is None or machine.power is not Power.ON or look.rollover(subject.name).current is None:
            return Section(mail.chapter, note=LATER)
        return ask(mail, subject, look)

    def _with_shared(self, plans: Iterable[TenantPlan], rest: Rest) -> Iterator[TenantPlan]:
        """Add what tenants share, told with the first of them that relies on it: settling that one mends it."""
        told: set[str] = set()
        for plan in plans:
            host = rest.host(plan.tenant)
            subject = self._serving(plan.tenant, rest.look) if host and host not in told else None
            if subject is None:
                yield plan
                continue
            shared = [_section_or_note(self._steps.host_network, subject, rest.look)]
            if not told:
                shared.append(_section_or_note(self._steps.reverse_trust, subject, rest.look))
            told.add(subject.host)
            found = [section for section in shared if section.plan or section.note]
            yield TenantPlan(plan.tenant, _told_once((*found, *plan.sections)))

    def _serving(self, name: str, look: Look) -> Subject | None:
        """Return a tenant that stands on its host; None for one that is removed or gone."""
        with suppress(MailsteadError):
            subject = self._subject(self._world.tenants.get(name), look)
            return subject if subject.serves else None
        return None

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


def _section(part: Planned[Any], subject: Subject, look: Look) -> Section:
    return Section(part.chapter, part.plan(subject, look))


def _section_or_note(part: Planned[Any], subject: Subject, look: Look) -> Section:
    """Return the part's plan; what cannot be planned (a silent host, say) is told, and hides no other part."""
    try:
        return _section(part, subject, look)
    except MailsteadError as error:
        return Section(part.chapter, note=_note(error))


def _note(error: MailsteadError) -> str:
    return f"cannot be planned: {error.message}" + (f" ({error.remedy})" if error.remedy else "")


def _told_once(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Drop notes that an earlier section has, too: a silent host is silent for every part."""
    notes: set[str] = set()
    told = []
    for section in sections:
        told.append(replace(section, note="") if section.note in notes else section)
        notes.add(section.note)
    return tuple(told)
