"""Windows guests in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mailstead.ground.plans import Change, ChangePlan
from mailstead.windows.errors import NoSuchWindowsPart, WindowsRefused, WindowsSilent
from mailstead.windows.model import (
    Feature,
    FirewallProfile,
    FirewallRule,
    GuestState,
    Item,
    NameServers,
    Restart,
    Service,
)

OFFERED = ("AD-Domain-Services", "DNS", "GPMC", "RSAT-AD-PowerShell", "RSAT-DNS-Server", "Web-Server")
BROUGHT: Mapping[str, str] = {"DNS": "DNS", "Web-Server": "W3SVC"}  # services that come and go with features


@dataclass
class Inside:
    """What one guest is; `need_restart` are features that only hold after a restart, `broken` services do not start."""

    features: dict[str, Feature] = field(default_factory=lambda: {n: Feature(n, installed=False) for n in OFFERED})
    services: dict[str, Service] = field(
        default_factory=lambda: {
            "Spooler": Service("Spooler"),
            "W32Time": Service("W32Time", "Manual", running=False),
            "RemoteRegistry": Service("RemoteRegistry", running=False),
        }
    )
    adapters: dict[str, NameServers] = field(default_factory=lambda: {"Ethernet": NameServers("Ethernet")})
    profiles: dict[str, FirewallProfile] = field(
        default_factory=lambda: {n: FirewallProfile(n) for n in ("Domain", "Private", "Public")}
    )
    rules: dict[str, FirewallRule] = field(default_factory=dict)
    need_restart: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    restarts: int = 0

    def take(self, change: Change[Item]) -> None:
        match change.after or change.before:
            case Feature() as feature:
                self._install(feature)
            case Service() as service:
                self._serve(service)
            case NameServers() as servers:
                self.adapters[servers.adapter] = servers
            case FirewallProfile() as profile:
                self.profiles[profile.name] = profile
            case FirewallRule() as rule if change.after:
                self.rules[rule.name] = rule
            case FirewallRule() as rule:
                self.rules.pop(rule.name, None)
            case Restart():
                self.restart()

    def restart(self) -> None:
        self.restarts += 1
        settled, self.waiting = self.waiting, set()
        for name in settled:
            self._bring(self.features[name])
        for service in self.services.values():
            self.services[service.name] = replace(service, running=service.start == "Automatic")

    def _install(self, feature: Feature) -> None:
        self.features[feature.name] = feature
        if feature.name in self.need_restart:
            self.waiting.add(feature.name)
        else:
            self._bring(feature)

    def _bring(self, feature: Feature) -> None:
        name = BROUGHT.get(feature.name)
        if name and feature.installed:
            self.services.setdefault(name, Service(name))
        elif name:
            self.services.pop(name, None)

    def _serve(self, service: Service) -> None:
        if service.name not in self.services:
            raise _missing(f"service {service.name}")
        if service.running and service.name in self.broken:
            remedy = "see the guest's event log: System, Service Control Manager"
            raise WindowsRefused(f"service {service.name} does not start", field="service", remedy=remedy)
        self.services[service.name] = service


class MemoryWindows:
    """Passes the contract suite without a machine. *reach* raises WindowsSilent, or whatever hinders."""

    def __init__(self, reach: Callable[[str], None] = lambda _: None) -> None:
        self._reach = reach
        self._guests: dict[str, Inside] = {}

    def inside(self, machine: str) -> Inside:
        """Return the inside of a guest; changes count."""
        return self._guests.setdefault(machine, Inside())

    def answers(self, machine: str) -> bool:
        try:
            self._reach(machine)
        except WindowsSilent:
            return False
        return True

    def features(self, machine: str) -> tuple[Feature, ...]:
        return tuple(self._at(machine).features.values())

    def found(self, machine: str, about: GuestState) -> GuestState:
        inside = self._at(machine)
        for adapter in about.name_servers:
            if adapter not in inside.adapters:
                raise _missing(f"adapter {adapter}")
        return GuestState(
            features={name: inside.features[name] for name in about.features if name in inside.features},
            services={name: inside.services[name] for name in about.services if name in inside.services},
            name_servers={name: inside.adapters[name] for name in about.name_servers},
            profiles={name: inside.profiles[name] for name in about.profiles},
            rules=dict(inside.rules),
            restart=Restart(waits=bool(inside.waiting & about.features.keys())),
        )

    def apply(self, machine: str, plan: ChangePlan[Item]) -> bool:
        inside = self._at(machine)
        for change in plan:
            inside.take(change)
        return bool(inside.waiting)

    def restart_service(self, machine: str, name: str) -> None:
        inside = self._at(machine)
        if name not in inside.services:
            raise _missing(f"service {name}")
        inside.take(Change("service", None, replace(inside.services[name], running=True)))

    def _at(self, machine: str) -> Inside:
        self._reach(machine)
        return self.inside(machine)


def _missing(what: str) -> NoSuchWindowsPart:
    return NoSuchWindowsPart(f"the guest has no {what}", field=what, remedy="see what is installed in the guest")
