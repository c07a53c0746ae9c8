"""What objects are called. See docs/formats/backup-store.md."""

import re
import secrets

from mailstead.backup.model import Lease
from mailstead.ground.names import parse_tenant_name

HEAD = "store"
TENANTS = "tenants/"
_LEASE = re.compile(r"(\d{12})-([0-9a-f]{32})-(\d{12})-([a-z0-9_-]{1,80})")
_HOLD = re.compile(r"(\d{12})-([0-9a-f]{32})")
_DOOMED = re.compile(r"(\d{12})-([a-z0-9_-]{1,80})")
_NUMBER = re.compile(r"\d{12}")
_TOKEN = re.compile(r"[0-9a-f]{32}")


def token() -> str:
    """Return 32 hexadecimal digits by chance."""
    return secrets.token_hex(16)


class Names:
    """The names of one tenant's objects.

    >>> Names("acme").snapshot(7)
    'tenants/acme/snapshots/000000000007'
    """

    def __init__(self, tenant: str) -> None:
        self._root = f"{TENANTS}{parse_tenant_name(tenant)}/"
        self.keys = f"{self._root}keys/"
        self.packs = f"{self._root}packs/"
        self.snapshots = f"{self._root}snapshots/"
        self.holds = f"{self._root}holds/"
        self.doom = f"{self._root}doomed/"
        self.leases = f"{self._root}leases/"
        self.epochs = f"{self._root}epochs/"

    def key(self, kek: str) -> str:
        return self.keys + kek

    def pack(self, name: str) -> str:
        return self.packs + name

    def snapshot(self, number: int) -> str:
        return f"{self.snapshots}{number:012d}"

    def doomed(self, number: int, run: str) -> str:
        return f"{self.doom}{number:012d}-{run}"

    def hold(self, snapshot: int, token: str) -> str:
        return f"{self.holds}{snapshot:012d}-{token}"

    def lease(self, lease: Lease) -> str:
        return f"{self.leases}{lease.epoch:012d}-{lease.token}-{lease.uses:012d}-{lease.run}"

    def epoch(self, number: int) -> str:
        return f"{self.epochs}{number:012d}"


def number_of(name: str) -> int | None:
    """Return the number that a snapshot's or an epoch's name ends with, None if it is no such name."""
    last = _last(name)
    return int(last) if _NUMBER.fullmatch(last) else None


def pack_of(name: str) -> str | None:
    last = _last(name)
    return last if _TOKEN.fullmatch(last) else None


def lease_of(name: str) -> Lease | None:
    found = _LEASE.fullmatch(_last(name))
    return Lease(int(found[1]), found[2], int(found[3]), found[4]) if found else None


def hold_of(name: str) -> tuple[int, str] | None:
    """Return snapshot and token of a hold's name."""
    found = _HOLD.fullmatch(_last(name))
    return (int(found[1]), found[2]) if found else None


def doomed_of(name: str) -> int | None:
    """Return the number of the snapshot that is doomed."""
    found = _DOOMED.fullmatch(_last(name))
    return int(found[1]) if found else None


def tenant_of(name: str) -> str:
    return name.split("/")[1]


def _last(name: str) -> str:
    return name.rpartition("/")[2]
