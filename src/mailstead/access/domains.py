"""Mail domains, as one caller may see and change them."""

from mailstead.ground.errors import NotFound
from mailstead.ground.names import parse_domain
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants import changes
from mailstead.tenants.model import MailDomain

from .asking import Asking


class DomainAccess:
    """A tenant's domains. Which there are is the operators' business: whoever names a domain first has it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def all(self, tenant: str) -> tuple[MailDomain, ...]:
        """Return the domains, the one that names the mail host first. Raises NotFound."""
        return self._asking.tenant(Right.MAIL_READ, tenant).tenant.domains

    def get(self, tenant: str, name: str) -> MailDomain:
        """Return one domain; raise NotFound."""
        return self.look(tenant, name)[0]

    def look(self, tenant: str, name: str) -> tuple[MailDomain, int]:
        """Return one domain with the revision at which its tenant stands; raise NotFound."""
        known = self._asking.tenant(Right.MAIL_READ, tenant)
        wanted = parse_domain(name)
        for domain in known.tenant.domains:
            if domain.name == wanted:
                return domain, known.revision
        raise NotFound(f"{tenant} has no domain {wanted}", field="domain", value=name, remedy="list those there are")

    def add(self, tenant: str, domain: MailDomain) -> OrderView:
        """Serve one more domain. Raises DomainTaken, AddressTaken."""
        known = self._asking.tenant(Right.TENANTS_WRITE, tenant)
        return self._asking.change(known, "domain.add", domain.name, lambda wanted: changes.with_domain(wanted, domain))

    def change(self, tenant: str, name: str, *, expected: int | None = None, **fields: object) -> OrderView:
        """Change a domain's policies; None leaves one as it is. Raises NotFound, InvalidInput, Changed."""
        known = self._asking.tenant(Right.MAIL_WRITE, tenant)
        return self._asking.change(
            known,
            "domain.change",
            name,
            lambda wanted: changes.change_domain(wanted, name, **fields),
            expected=expected,
        )

    def remove(self, tenant: str, name: str, *, expected: int | None = None) -> OrderView:
        """Stop serving a domain. Raises NotFound, Conflict while addresses are in it, Changed."""
        known = self._asking.tenant(Right.TENANTS_WRITE, tenant)
        return self._asking.change(
            known, "domain.remove", name, lambda wanted: changes.without_domain(wanted, name), expected=expected
        )
