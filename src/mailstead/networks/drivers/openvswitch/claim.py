"""A claim in Open vSwitch's database: one for the whole host, its bridges and nftables' tables with it."""

import json

from mailstead.ground.errors import Unreachable
from mailstead.sites.claims import Claim

from .commands import Commands

_VSCTL = ("ovs-vsctl", "--timeout=20")
KEY = "mailstead-claim"


class SwitchClaim:
    """A `ClaimPlace` (sites/claims.py): the key `mailstead-claim` among `external_ids` of the table Open_vSwitch."""

    def __init__(self, commands: Commands | None = None) -> None:
        self._commands = commands or Commands()

    @property
    def where(self) -> str:
        return "Open vSwitch of the host"

    def read(self) -> Claim | None:
        told = self._vsctl("--if-exists", "get", "Open_vSwitch", ".", f"external_ids:{KEY}").strip()
        return Claim.parse(_plain(told), self.where) if told else None

    def claim(self, claim: Claim) -> Claim:
        # `ovs-vsctl add` replaces a key that is there (3.1, whatever its page says); this does not (RFC 7047, 5.1).
        note = [["external_ids", "insert", ["map", [[KEY, str(claim)]]]]]
        change = {"op": "mutate", "table": "Open_vSwitch", "where": [], "mutations": note}
        self._commands.run(["ovsdb-client", "--timeout=20", "transact", json.dumps(["Open_vSwitch", change])])
        found = self.read()
        if found is None:
            raise Unreachable("the claim on Open vSwitch was taken away at once", field="host", remedy="try again")
        return found

    def replace(self, claim: Claim) -> None:
        self._vsctl("set", "Open_vSwitch", ".", f"external_ids:{KEY}={json.dumps(str(claim))}")

    def release(self) -> None:
        self._vsctl("remove", "Open_vSwitch", ".", "external_ids", KEY)

    def _vsctl(self, *words: str) -> str:
        return self._commands.run([*_VSCTL, *words])


def _plain(told: str) -> str:
    """ovs-vsctl puts texts between quotation marks unless they are single words."""
    return str(json.loads(told)) if told.startswith('"') else told
