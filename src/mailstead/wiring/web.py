"""The certificate under which console and API answer: the one that was given, or one of the built-in authority."""

from ipaddress import ip_address
from pathlib import Path

from mailstead.certificates.drivers.ca import BuiltInAuthority
from mailstead.certificates.keys import new_key, signing_request
from mailstead.ground.errors import NotFound
from mailstead.security.model import Secret

from .running import Running
from .secrets import authority


def web_certificate(running: Running) -> tuple[str, Secret]:
    """Return chain and key in PEM; those of the built-in authority are made anew at each call, and last 90 days.

    Raises NotFound for files that are not there, or that we may not read.
    """
    web, folder = running.platform.web, running.home
    if web.certificate and web.key:
        return _read(folder / web.certificate), Secret.of(_read(folder / web.key))
    world, key = running.world, new_key()
    own = authority(world.vault, running.platform.name, world.clock)
    issuer = BuiltInAuthority(own.issuing, lambda: own.issuing_key, world.clock)
    try:
        address = ip_address(web.name)
    except ValueError:
        return issuer.issue((web.name,), signing_request(key, (web.name,))), key
    return issuer.issue_for_address(address, key), key


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        remedy = "give a PEM file that we may read under [web] in mailstead.toml"
        why = getattr(error, "strerror", "it is no text")
        raise NotFound(f"{path} cannot be read: {why}", field="certificate", value=path, remedy=remedy) from error
