"""Names of machines beside a tenant's own: what came back from a backup without taking the machine's place.

>>> beside("acme", "trial"), owner_of("acme_trial"), owner_of("acme")
('acme_trial', 'acme', None)
"""

from mailstead.ground.names import parse_tenant_name

_SIGN = "_"  # in no tenant's name


def beside(tenant: str, name: str) -> str:
    """Return what the machine *name* beside that of a tenant is called. Raises InvalidInput."""
    return f"{tenant}{_SIGN}{parse_tenant_name(name)}"


def owner_of(machine: str) -> str | None:
    """Return whose machine it is beside; None for a machine that is a tenant's own."""
    owner, sign, _ = machine.partition(_SIGN)
    return owner if sign else None


def name_of(machine: str) -> str:
    """Return how its owner calls a machine beside."""
    return machine.partition(_SIGN)[2]
