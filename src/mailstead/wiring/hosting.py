"""Hosts added, looked at, rehearsed on and taken out: what `mailstead host` needs beside an open platform."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any
from uuid import uuid4

from mailstead.ground.clock import Clock, SystemClock
from mailstead.ground.errors import Conflict, NotFound
from mailstead.ground.files import write_whole
from mailstead.hosting.checking import Subject, check
from mailstead.hosting.endpoints import endpoint_of, hyperv_of, password_name, refuse_expired
from mailstead.hosting.entry import platform_in, with_host, without_host
from mailstead.hosting.rehearsal import Rehearsal
from mailstead.hosting.roles import role_files, role_values, wanted_stamp
from mailstead.hosting.steps import steps
from mailstead.lifecycle.world import HostPorts
from mailstead.monitoring.model import Finding, Report
from mailstead.networks.store import NumberStore
from mailstead.remoting.cmdlets.hyperv import GetVMHost
from mailstead.remoting.greeting import greet
from mailstead.remoting.pool import Fleet
from mailstead.security.model import Secret
from mailstead.security.store import Vault
from mailstead.sites.files import read_platform
from mailstead.sites.model import Host, Platform
from mailstead.state.database import Database
from mailstead.state.store import StandingStore
from mailstead.storage.model import Told
from mailstead.tenants.store import TenantStore

from .claims import HostClaims, claim_places
from .founding import PLATFORM_FILE, database_url
from .hosts import libvirt_host
from .hyperv import hyperv_host
from .hyperv_files import bring_image, host_files
from .hyperv_ways import Tell, Ways
from .images import Images
from .secrets import PLATFORM


class HostNotEmpty(Conflict):
    """Tenants live on the host."""

    code = "host-not-empty"


@dataclass(frozen=True, slots=True)
class Hosting:
    """The hosts of the platform in `home`."""

    home: Path
    platform: Platform
    tenants: TenantStore
    claims: HostClaims
    ways: Ways
    clock: Clock

    def add(self, table: Mapping[str, Any], *, site: str, password: Secret | None, look: bool, keep: bool) -> str:
        """Put a host into the platform file, and return the file's new text; without *keep* nothing is written.

        The host is looked at before anything is kept. Raises HostKnown, NotFound (the site), InvalidInput, and what
        the host or the way to it says.
        """
        text = with_host(self._file.read_text("utf-8"), site, table)
        host = _named(platform_in(text), str(table["name"]))
        if look:
            self._look(host, password)
        if keep:
            if password is not None:
                self.keep_password(host.name, password)
            self._write(text)
        return text

    def remove(self, name: str, *, release: bool) -> None:
        """Take a host out of the platform file, and (with *release*) our claim off the host.

        Raises NotFound, LastHost, HostNotEmpty, HostClaimed, and what the host says.
        """
        text = without_host(self._file.read_text("utf-8"), name)
        if living := sorted(entry.tenant.name for entry in self.tenants.all().values() if entry.host == name):
            remedy = "move or purge them first: mailstead tenant list"
            raise HostNotEmpty(f"on {name} live {', '.join(living)}", field="host", value=name, remedy=remedy)
        if release:
            self.claims.release(name)
        self._write(text)
        self.ways.vault.remove(PLATFORM, password_name(name))

    def keep_password(self, name: str, password: Secret) -> None:
        """Keep the password for a host in the vault, in place of the one before."""
        self.ways.vault.put(PLATFORM, password_name(name), password)

    def prepare(self, name: str, *, account: str = "", unit: str = "") -> dict[str, str]:
        """Return what an administrator needs on a host, by file name. Raises NotFound, BadEndpoint, InvalidInput."""
        host = _named(self.platform, name)
        way = hyperv_of(host)
        values = role_values(str(host.folder), way, self.platform.network, account, unit)
        return {**role_files(values), "STEPS.md": steps(host, way, values, self.platform.network)}

    def check(self, name: str) -> Report:
        """Say what a host lacks. Raises NotFound and BadEndpoint; what the host is to blame for is a finding."""
        host = _named(self.platform, name)
        settings = hyperv_of(host)
        endpoint = endpoint_of(host, lambda: self.ways.password(name))
        image = partial(_image_of, self._ports(host))
        greeting = cache(partial(greet, endpoint))
        stamp = wanted_stamp(str(host.folder), settings, self.platform.network)
        return check(Subject(host, settings, self.ways.to(host), greeting, image, self.clock, stamp))

    def place_image(self, name: str, told: Told) -> str:
        """Bring the image for new machines to a host, and return its name there; one that is there is kept.

        Raises NotFound, MissingImage, NotPlaced where the host has no share, and what the way there says.
        """
        host = _named(self.platform, name)
        hyperv_of(host)
        return bring_image(host_files(self.ways, host), Images(self.platform.image.cache), told)

    def rehearse(self, name: str, tell: Callable[[Finding], None]) -> tuple[Finding, ...]:
        """Make a throw-away machine on a host and remove it again; *tell* hears of each step."""
        host = _named(self.platform, name)
        volumes, folder = self._ports(host).volumes, PureWindowsPath(host.folder)
        vlan = self.platform.network.vlan_last
        return Rehearsal(self.ways.to(host), volumes, hyperv_of(host), folder, vlan, self.clock, tell).run()

    @property
    def _file(self) -> Path:
        return self.home / PLATFORM_FILE

    def _write(self, text: str) -> None:
        write_whole(self._file, text.encode(), mode=self._file.stat().st_mode & 0o777)

    def _look(self, host: Host, password: Secret | None) -> None:
        if host.driver == "libvirt":
            libvirt_host(host, self.platform, self.home, self.clock).machines.room()
        if host.driver == "hyperv":
            endpoint = endpoint_of(host, lambda: password or self.ways.password(host.name))
            refuse_expired(endpoint, self.clock.now())
            self.ways.told(self.ways.fleet.at(endpoint)).run(GetVMHost())

    def _ports(self, host: Host) -> HostPorts:
        return hyperv_host(self.ways, host, self.platform, self.home, self.clock)


@contextmanager
def open_hosting(home: Path, explain: Tell | None = None) -> Iterator[Hosting]:
    """Yield the hosts of the platform in *home*. Raises as `open_platform` does."""
    platform = read_platform(home / PLATFORM_FILE)
    clock = SystemClock()
    database = Database(database_url(home, platform.state.database))
    database.migrate()
    vault, numbers = Vault(database, home / platform.state.key_file), NumberStore(database, platform.network)
    ways = Ways(vault, numbers, Fleet(clock), explain)
    standing = StandingStore(database, lambda: str(uuid4()))
    claims = HostClaims(standing, {host.name: claim_places(host, ways) for host in platform.hosts})
    try:
        yield Hosting(home, platform, TenantStore(database), claims, ways, clock)
    finally:
        ways.fleet.close()
        database.close()


def _named(platform: Platform, name: str) -> Host:
    for host in platform.hosts:
        if host.name == name:
            return host
    raise NotFound(f"there is no host {name}", field="host", value=name, remedy="see mailstead host list")


def _image_of(ports: HostPorts) -> PurePath:
    return ports.image(None).system
