"""What the tenant's machine serves: complete configuration, sent over the guest channel."""

from dataclasses import dataclass
from ipaddress import IPv6Interface

from mailstead.ground.clock import Deadline
from mailstead.ground.errors import Unreachable
from mailstead.ground.plans import ChangePlan
from mailstead.lifecycle.keys import SELECTORS
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World
from mailstead.mailservers.items import Item
from mailstead.mailservers.model import DkimKey, Link, MailHost, mail_host
from mailstead.mailservers.plan import compare_mail
from mailstead.networks.plan import segment_for
from mailstead.security.model import Secret
from mailstead.tenants.changes import with_mailbox
from mailstead.tenants.model import Mailbox, Tenant

from .credentials import Credentials
from .part import Mine, Subject

HASHES = "password/"
PROBE_MIB = 16
GUEST_S = 600.0
POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class MailPart:
    world: World
    chapter: str = "mail server"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Item]:
        if not subject.serves:
            return ChangePlan()
        return compare_mail(self.wanted(subject), look.mail(subject.host, subject.name))

    def apply(self, subject: Subject, plan: ChangePlan[Item]) -> None:
        self.world.ports(subject.host).mail.apply(subject.name, plan)

    def await_guest(self, subject: Subject, mine: Mine) -> None:
        """Return when the guest agent answers; raise Unreachable after GUEST_S seconds."""
        guests = self.world.ports(subject.host).guests
        deadline = Deadline(self.world.clock, GUEST_S, interval_s=POLL_S)
        while not guests.answers(subject.name):
            mine()
            if not deadline.wait():
                raise Unreachable(
                    f"the machine of {subject.name} has not come up within {GUEST_S:.0f} s",
                    remedy="look at its console log in the host's folder of machines",
                )

    def wanted(self, subject: Subject) -> MailHost:
        """Return all that the tenant's mail server needs to know, secrets included."""
        return mail_host(
            with_mailbox(subject.tenant, Mailbox(address=probe_address(subject.tenant), quota_mib=PROBE_MIB)),
            link=self._link(subject),
            identity=Credentials(self.world).identity(subject.name),
            password_hashes=self._hashes(subject.tenant),
            dkim={domain.name: self._dkim(subject.name, domain.name) for domain in subject.tenant.domains},
        )

    def _hashes(self, tenant: Tenant) -> dict[str, str]:
        """Return the password hashes of all mailboxes that have one, the probe's own included."""
        vault = self.world.vault
        kept = {name.removeprefix(HASHES): name for name in vault.names(tenant.name) if name.startswith(HASHES)}
        hashes = {address: vault.get(tenant.name, name).reveal_text() for address, name in kept.items()}
        return hashes | {probe_address(tenant): probe_hash(self.world, tenant.name)}

    def _dkim(self, tenant: str, domain: str) -> tuple[DkimKey, ...]:
        pairs = {a: Credentials(self.world).dkim_pair(tenant, domain, a) for a in SELECTORS}
        return tuple(DkimKey(SELECTORS[a], a, pair.private_pem) for a, pair in pairs.items())

    def _link(self, subject: Subject) -> Link:
        segment = segment_for(subject.tenant, subject.numbers)
        dns = self.world.platform.dns
        return Link(
            mac=segment.mac,
            ipv4=segment.ipv4,
            ipv4_gateway=segment.gateway_ipv4.ip,
            ipv6=segment.ipv6,
            ipv6_gateway=segment.gateway_ipv6.ip,
            public_ipv6=IPv6Interface((segment.public_ipv6, 128)),
            resolvers=(dns.resolver, dns.resolver_ipv6),
        )


def probe_address(tenant: Tenant) -> str:
    """Return the address of the mailbox between which `check` sends its probe mails."""
    return f"mailstead-probe@{tenant.primary_domain}"


def probe_password(world: World, tenant: str) -> Secret:
    """Return the probe mailbox's password, making it if need be."""
    return world.vault.get_or_make(tenant, "probe", world.chance.password)


def probe_hash(world: World, tenant: str) -> str:
    """Return the hash of the probe mailbox's password; made once, for every hash has another salt."""
    password = probe_password(world, tenant)
    return world.vault.get_or_make(tenant, "probe-hash", lambda: world.chance.hashed(password).encode()).reveal_text()
