"""A stand-in under the role files that ship."""

from collections.abc import Mapping
from pathlib import Path

from . import (  # what they simulate is registered when they are read
    cluster,
    core,
    diagnostics,
    directory,
    exchange,
    guest,
    hyperv,
    storage,
)
from .directory import Controller
from .exchange import Exchange
from .guest import Guest
from .hyperv import Host
from .role import Role, read_role

JEA = Path(__file__).parents[2] / "jea"
WMI = Path(__file__).parent / "wmi" / "methods.json"
HOST, GUEST, DIRECTORY, EXCHANGE = "Mailstead.Host", "Mailstead.Guest", "Mailstead.Directory", "Mailstead.Exchange"
MODULES = (cluster, core, diagnostics, directory, exchange, guest, hyperv, storage)

__all__ = ["DIRECTORY", "EXCHANGE", "GUEST", "HOST", "Controller", "Exchange", "Guest", "Host", "shipped_roles"]


def shipped_roles() -> Mapping[str, Role]:
    """Return the roles in jea/, by the name of their session configuration."""
    return {path.stem: read_role(path) for path in sorted(JEA.glob("*.pssc"))}
