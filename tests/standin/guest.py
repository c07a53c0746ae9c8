"""A Windows guest, simulated: roles and features, services, restart; what is in its network is in guest_network."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import management, servermanager
from tests.standin.engine import Run, simulates
from tests.standin.guest_network import FirewallRule, Nic, Profile
from tests.standin.objects import Live
from tests.standin.records import PSError

MANAGER = "Microsoft.Windows.ServerManager.Commands."
COMMAND = "Microsoft.PowerShell.Commands.ServiceCommandException"
SERVICES = {"DNS": "DNS", "Web-Server": "W3SVC"}


@dataclass(eq=False)
class Feature(Live):
    TYPES = (MANAGER + "Feature", "System.Object")
    name: str
    installed: bool = False
    waits: bool = False  # what it is now, it is only when the guest has restarted
    needs_restart: bool = False

    def change(self, *, installed: bool) -> None:
        self.installed, self.waits = installed, self.needs_restart

    def shown(self) -> dict[str, object]:
        settled = "Installed" if self.installed else "Available"
        pending = "InstallPending" if self.installed else "UninstallPending"
        return {
            "Name": self.name,
            "DisplayName": self.name.replace("-", " "),
            "InstallState": pending if self.waits else settled,
            "Installed": self.installed and not self.waits,
        }


@dataclass(eq=False)
class Result(Live):
    TYPES = (MANAGER + "FeatureOperationResult", "System.Object")
    changed: list[Feature]

    def shown(self) -> dict[str, object]:
        code = "Success" if self.changed else "NoChangeNeeded"
        restart = "Yes" if any(feature.waits for feature in self.changed) else "No"
        return {"Success": True, "RestartNeeded": restart, "ExitCode": code, "FeatureResult": self.changed}


@dataclass(eq=False)
class Service(Live):
    TYPES = ("System.ServiceProcess.ServiceController", "System.ComponentModel.Component", "System.Object")
    name: str
    start: str = "Manual"
    status: str = "Stopped"
    refuses: bool = False

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "ServiceName": self.name, "StartType": self.start, "Status": self.status}


@dataclass
class Guest:
    """The state of a guest; a feature may bring a service with it."""

    features: dict[str, Feature] = field(
        default_factory=lambda: {n: Feature(n) for n in ("DNS", "AD-Domain-Services", "Web-Server", "RSAT-DNS-Server")}
    )
    nics: list[Nic] = field(default_factory=lambda: [Nic("Ethernet", "00-15-5D-00-00-01")])
    profiles: dict[str, Profile] = field(
        default_factory=lambda: {name: Profile(name) for name in ("Domain", "Private", "Public")}
    )
    rules: dict[str, FirewallRule] = field(default_factory=dict)
    services: dict[str, Service] = field(
        default_factory=lambda: {
            "W32Time": Service("W32Time"),
            "Spooler": Service("Spooler", "Automatic", "Running"),
            "RemoteRegistry": Service("RemoteRegistry", "Automatic"),
        }
    )
    restarts: int = 0

    def restart(self) -> None:
        """Finish what waits for it; services that start by themselves run again."""
        self.restarts += 1
        for feature in self.features.values():
            feature.waits = False
            self.serve(feature)
        for service in self.services.values():
            service.status = "Running" if service.start == "Automatic" else "Stopped"

    def serve(self, feature: Feature) -> None:
        """Bring or take the service that a feature has."""
        name = SERVICES.get(feature.name)
        if name is None or feature.waits:
            return
        if feature.installed:
            self.services.setdefault(name, Service(name, "Automatic", "Running"))
        else:
            self.services.pop(name, None)


def _features(run: Run, names: tuple[str, ...]) -> list[Feature]:
    for name in names:
        if name not in run.world.features:
            text = f"The target of the specified cmdlet cannot be found: the feature name '{name}' is not valid."
            raise PSError(text, ErrorCategory.InvalidArgument, "NameDoesNotExist", name)
    return [run.world.features[name] for name in names]


@simulates(servermanager.GetWindowsFeature)
def get_features(run: Run, call: servermanager.GetWindowsFeature) -> Iterator[Feature]:
    features: Iterator[Feature] = iter(run.world.features.values())
    return (feature for feature in features if call.Name is None or feature.name in call.Name)


@simulates(servermanager.InstallWindowsFeature)
def install(run: Run, call: servermanager.InstallWindowsFeature) -> Iterator[Result]:
    changed = [feature for feature in _features(run, call.Name) if not feature.installed]
    for feature in changed:
        feature.change(installed=True)
        run.world.serve(feature)
    yield Result(changed)


@simulates(servermanager.UninstallWindowsFeature)
def uninstall(run: Run, call: servermanager.UninstallWindowsFeature) -> Iterator[Result]:
    changed = [feature for feature in _features(run, call.Name) if feature.installed]
    for feature in changed:
        feature.change(installed=False)
        run.world.serve(feature)
    yield Result(changed)


@simulates(management.GetService)
def get_services(run: Run, call: management.GetService) -> Iterator[Service]:
    for name in call.Name:
        fit = [service for each, service in sorted(run.world.services.items()) if fnmatch(each, name)]
        if not fit and not set("*?[") & set(name):
            run.error(_no_service(name))
        yield from fit


@simulates(management.SetService)
def set_service(run: Run, call: management.SetService) -> None:
    service = _service(run, call.Name)
    service.start = call.StartupType or service.start
    if call.Status == "Running" and (service.start == "Disabled" or service.refuses):
        text = f"Service '{service.name}' cannot be started due to the following error: Cannot start service."
        raise PSError(text, ErrorCategory.OpenError, "StartServiceFailed", service.name, COMMAND)
    service.status = call.Status or service.status


@simulates(management.RestartService)
def restart_service(run: Run, call: management.RestartService) -> None:
    for name in call.Name:
        _service(run, name).status = "Running"


@simulates(management.RestartComputer)
def restart_computer(run: Run, call: management.RestartComputer) -> None:
    run.world.restart()


def _service(run: Run, name: str) -> Service:
    found: Service | None = next((s for s in run.world.services.values() if s.name.lower() == name.lower()), None)
    if found is None:
        raise _no_service(name)
    return found


def _no_service(name: str) -> PSError:
    text = f"Cannot find any service with service name '{name}'."
    return PSError(text, ErrorCategory.ObjectNotFound, "NoServiceFoundForGivenName", name, COMMAND)
