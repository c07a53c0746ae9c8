"""Knot's configuration as text. Pure."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from mailstead.dns.drivers.wire import Tsig


@dataclass(frozen=True, slots=True)
class KnotSettings:
    """One embedded Knot: everything it writes lies below `folder`.

    `listen` are (address, port); the first is the one we ask ourselves. `name_servers` and `hostmaster` go
    into every new zone. `user` is whom the process runs as (None: whoever starts it).
    """

    folder: Path
    listen: tuple[tuple[str, int], ...]
    tsig: Tsig
    name_servers: tuple[str, ...]
    hostmaster: str
    user: str | None = "knot"

    @property
    def database(self) -> Path:
        return self.folder / "confdb"

    @property
    def socket(self) -> Path:
        return self.folder / "run" / "knot.sock"

    @property
    def zones(self) -> Path:
        return self.folder / "zones"

    @property
    def config_file(self) -> Path:
        return self.folder / "knot.conf"


def render(settings: KnotSettings) -> str:
    """Return the configuration without zones, to be imported into the configuration database.

    Single-type signing with ECDSA P-256 and NSEC (RFC 9276 section 3.1 advises against NSEC3 without need): one
    key for each zone that never rolls by itself, so that the resolvers' trust anchors stay.
    """
    listen = "".join(f"    listen: {address}@{port}\n" for address, port in settings.listen)
    user = f'    user: "{settings.user}:{settings.user}"\n' if settings.user else ""
    key = settings.tsig
    return f"""\
server:
    identity: ""
    version: ""
    nsid: ""
    rundir: "{settings.socket.parent}"
{user}{listen}    udp-workers: 1
    tcp-workers: 2
    background-workers: 2
    tcp-idle-timeout: 10
log:
  - target: "{settings.folder / "log" / "knot.log"}"
    any: info
database:
    storage: "{settings.folder / "state"}"
    journal-db-max-size: 256M
    kasp-db-max-size: 100M
    timer-db-max-size: 50M
key:
  - id: "{key.name}"
    algorithm: {key.algorithm}
    secret: {b64encode(key.secret.reveal()).decode()}
acl:
  - id: mailstead
    key: "{key.name}"
    action: [transfer, update]
policy:
  - id: mailstead
    algorithm: ecdsap256sha256
    single-type-signing: on
    ksk-lifetime: 0
    nsec3: off
    cds-cdnskey-publish: none
template:
  - id: default
    storage: "{settings.zones}"
    file: "%s.zone"
    acl: mailstead
    dnssec-signing: on
    dnssec-policy: mailstead
    serial-policy: increment
    semantic-checks: on
"""
