"""Tenants as files in git: one `tenants/NAME.toml` each, the same value as any other way in."""

import json
from pathlib import Path

import tomli_w

from mailstead.ground.errors import InvalidInput
from mailstead.ground.files import read_toml

from .model import Tenant


def read_tenants(folder: Path) -> dict[str, Tenant]:
    """Read every `*.toml` in *folder*; raise InvalidInput naming file and field."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}


def read_tenant(path: Path, name: str) -> Tenant:
    """Read one file, wherever it lies, that speaks of *name*; raise NotFound, or InvalidInput naming the field."""
    return Tenant.parse({"name": name, **read_toml(path)}, where=path.name)


def _read(path: Path) -> Tenant:
    tenant = read_tenant(path, path.stem)
    if tenant.name != path.stem:
        remedy = f"rename the file to {tenant.name}.toml"
        raise InvalidInput(f"{path.name} speaks of {tenant.name}", field="name", value=tenant.name, remedy=remedy)
    return tenant


def as_toml(tenant: Tenant) -> str:
    """Return the file that says *tenant*, defaults left out.

    >>> print(as_toml(Tenant.parse({"name": "acme", "domains": [{"name": "acme.example"}]})), end="")
    name = "acme"
    <BLANKLINE>
    [[domains]]
    name = "acme.example"
    """
    return tomli_w.dumps(json.loads(tenant.model_dump_json(exclude_defaults=True)))
