"""A stand-in under the role files that ship."""

from collections.abc import Mapping
from pathlib import Path

from . import cluster, core, diagnostics, guest, hyperv, storage  # what they simulate is registered when they are read
from .guest import Guest
from .hyperv import Host
from .role import Role, read_role

JEA = Path(__file__).parents[2] / "jea"
HOST, GUEST = "Mailstead.Host", "Mailstead.Guest"
MODULES = (cluster, core, diagnostics, guest, hyperv, storage)

__all__ = ["GUEST", "HOST", "Guest", "Host", "shipped_roles"]


def shipped_roles() -> Mapping[str, Role]:
    """Return the roles in jea/, by the name of their session configuration."""
    return {path.stem: read_role(path) for path in sorted(JEA.glob("*.pssc"))}
