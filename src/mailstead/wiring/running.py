"""A platform that is open in this process."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mailstead.doctor.workflow import Doctor
from mailstead.ground.errors import NotFound
from mailstead.ground.names import domain_of, parse_address
from mailstead.lifecycle.care import Care
from mailstead.lifecycle.care_steps import CareSteps
from mailstead.lifecycle.draining import Draining
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.world import World
from mailstead.monitoring.port import Outside
from mailstead.monitoring.target import Target
from mailstead.orders.model import StateInUse
from mailstead.orders.port import Desk, Engine
from mailstead.protection.verbs import Protection
from mailstead.salvage.verbs import Salvage
from mailstead.security.audit_store import AuditTrail
from mailstead.sites.model import Platform

from .people import People
from .quarantine import Quarantine
from .services import ServiceStatus


@dataclass(frozen=True, slots=True)
class Running:
    """What faces use: `desk` to order. `works` says whether `engine` carries orders out in this process."""

    home: Path
    platform: Platform
    world: World
    steps: Steps
    engine: Engine
    desk: Desk
    lifecycle: Lifecycle
    care: Care
    draining: Draining
    works: bool
    authority_pem: Callable[[], bytes | None]  # root of the built-in authority; None: the internet's
    outside: Callable[[Target], Outside]
    quarantine: Quarantine
    doctor: Doctor
    trail: AuditTrail
    desk_told: Callable[[AuditTrail], Desk]
    people: People
    services: Callable[[], list[ServiceStatus]]
    protection: Protection
    salvage: Salvage

    def acting_as(self, actor: str, source: str = "") -> "Running":
        """Return this platform with *actor* named in the audit trail for all that is done through it, from *source*."""
        trail = self.trail.by(actor, source)
        desk = self.desk_told(trail)
        care = Care(CareSteps(self.steps), desk)
        lifecycle = Lifecycle(self.steps, desk)
        draining = Draining(self.world, care, self.world.clock)
        return replace(
            self,
            desk=desk,
            lifecycle=lifecycle,
            care=care,
            draining=draining,
            trail=trail,
            people=self.people.by(actor),
            quarantine=replace(self.quarantine, trail=trail),
            protection=Protection(self.protection.ground, desk),
            salvage=self.salvage.by(desk),
        )

    def tenant_of(self, address: str) -> str:
        """Return whose *address* is by its domain; raise InvalidInput or NotFound."""
        domain = domain_of(parse_address(address))
        owner = self.world.tenants.owner_of(domain)
        if owner is None:
            remedy = "see mailstead tenant list, or add it: mailstead domain add TENANT DOMAIN"
            raise NotFound(f"no tenant has the domain {domain}", field="address", value=address, remedy=remedy)
        return owner

    def demand_worker(self) -> None:
        """Raise StateInUse, or Quarantined, unless orders are carried out here."""
        self.quarantine.standing.refuse_quarantined()
        if not self.works:
            remedy = "leave it to that one, or stop it first"
            raise StateInUse("another worker serves this platform", field="home", value=self.home, remedy=remedy)
