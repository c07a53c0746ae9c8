"""Who plays: two tenants with a person each, and the platform files they live on."""

from dataclasses import dataclass
from pathlib import Path

from mailstead.tenants.model import Tenant

HOME = Path("/var/lib/mailstead-demo")

FILE = """\
# The demonstration: in a folder, on a bridge and under names of its own. `bin/demo --down` removes it.
name = "demo"
grace_days = 0

[[sites]]
name = "home"

[[sites.hosts]]
name = "here"
bridge = "msdemo0"
folder = "/var/lib/mailstead-demo/machines"

[dns]
port = 5453

[[backup_target]]
name = "shelf"
place = "/var/lib/mailstead-demo/backups"

[image]
cache = "/var/cache/mailstead/images"
"""


@dataclass(frozen=True, slots=True)
class Player:
    """A tenant of the demonstration and the person who writes or reads there."""

    tenant: str
    domain: str
    person: str

    @property
    def address(self) -> str:
        return f"{self.person}@{self.domain}"

    @property
    def wanted(self) -> Tenant:
        return Tenant.parse(
            {
                "name": self.tenant,
                "domains": [{"name": self.domain}],
                "mailboxes": [{"address": self.address, "name": self.person.title()}],
                "aliases": [{"address": f"info@{self.domain}", "targets": [self.address]}],
            }
        )


ANNA = Player("acme", "acme.example", "anna")
GUSTAV = Player("globex", "globex.example", "gustav")
PLAYERS = (ANNA, GUSTAV)
