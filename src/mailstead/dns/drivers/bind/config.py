"""BIND's configuration as text. Pure."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from mailstead.dns.drivers.wire import Tsig


@dataclass(frozen=True, slots=True)
class BindSettings:
    """One BIND of ours: everything it writes lies below `folder`; it listens on `address`, both ports.

    `control` is the key of rndc; `user` is whom the process runs as (None: whoever starts it).
    """

    folder: Path
    address: str
    port: int
    control_port: int
    tsig: Tsig
    control: Tsig
    name_servers: tuple[str, ...]
    hostmaster: str
    user: str | None = "bind"

    @property
    def config_file(self) -> Path:
        return self.folder / "named.conf"

    @property
    def control_file(self) -> Path:
        return self.folder / "rndc.conf"

    @property
    def zones(self) -> Path:
        return self.folder / "zones"


def render(settings: BindSettings) -> str:
    """Return named.conf: authoritative only, signed like the embedded Knot, zones added at run time."""
    folder = settings.folder
    return f"""\
{_key(settings.tsig)}{_key(settings.control)}options {{
    directory "{folder}/state";
    pid-file "{folder}/state/named.pid";
    session-keyfile "{folder}/state/session.key";
    key-directory "{folder}/keys";
    listen-on port {settings.port} {{ {settings.address}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    allow-new-zones yes;
    notify no;
    check-integrity no;
    version none;
}};
controls {{
    inet {settings.address} port {settings.control_port}
        allow {{ {settings.address}; }} keys {{ "{settings.control.name}"; }};
}};
dnssec-policy "mailstead" {{
    keys {{ csk lifetime unlimited algorithm ecdsap256sha256; }};
}};
logging {{
    channel ours {{ file "{folder}/state/named.log"; severity info; print-time yes; }};
    category default {{ ours; }};
}};
"""


def render_control(settings: BindSettings) -> str:
    """Return rndc.conf."""
    return f"""\
{_key(settings.control)}options {{
    default-key "{settings.control.name}";
    default-server {settings.address};
    default-port {settings.control_port};
}};
"""


def zone_statement(settings: BindSettings, zone: str) -> str:
    """Return what `rndc addzone` is told; it holds the key's name, never its secret."""
    key = settings.tsig.name
    return (
        f'{{ type primary; file "{settings.zones}/{zone}.zone"; dnssec-policy "mailstead"; '
        f'update-policy {{ grant "{key}" zonesub ANY; }}; allow-transfer {{ key "{key}"; }}; }};'
    )


def _key(key: Tsig) -> str:
    return f'key "{key.name}" {{ algorithm {key.algorithm}; secret "{b64encode(key.secret.reveal()).decode()}"; }};\n'
