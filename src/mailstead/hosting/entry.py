"""A host's table in `mailstead.toml`, put in and taken out with all else left as it is, comments too. Pure."""

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError
from tomlkit.items import AoT, Table

from mailstead.ground.errors import Conflict, InvalidInput, NotFound
from mailstead.sites.model import Platform


class HostKnown(Conflict):
    """A host of this name is in the platform file already."""

    code = "host-known"


class LastHost(InvalidInput):
    """A site without hosts is none."""

    code = "last-host"


def with_host(text: str, site: str, host: Mapping[str, Any]) -> str:
    """Return the platform file *text* with *host* at *site* (empty: the only one).

    Raises HostKnown, NotFound for the site, and InvalidInput for a host or file that cannot be.
    """
    file = _read(text)
    if any(found["name"] == host["name"] for one in _sites(file) for found in _hosts(one)):
        remedy = "choose another name, or change its table by hand"
        raise HostKnown(f"there is a host {host['name']} already", field="name", value=host["name"], remedy=remedy)
    table = tomlkit.table()
    for key, value in host.items():
        table.add(key, _item(value))
    table.add(tomlkit.nl())
    _hosts(_site(file, site)).append(table)
    return _checked(tomlkit.dumps(file))


def without_host(text: str, name: str) -> str:
    """Return the platform file *text* without the host *name*; raise NotFound or LastHost."""
    file = _read(text)
    for site in _sites(file):
        hosts = _hosts(site)
        numbers = [number for number, host in enumerate(hosts) if host["name"] == name]
        if numbers and len(hosts) == 1:
            remedy = "add another host first, or take the whole site out of mailstead.toml"
            raise LastHost(f"{name} is the only host of its site", field="host", value=name, remedy=remedy)
        if numbers:
            del hosts[numbers[0]]
            return _checked(tomlkit.dumps(file))
    raise NotFound(f"there is no host {name}", field="host", value=name, remedy="see mailstead host list")


def platform_in(text: str) -> Platform:
    """Return what the platform file *text* says; raise InvalidInput."""
    return Platform.parse(_read(text).unwrap(), where="mailstead.toml")


def _read(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except ParseError as error:
        raise InvalidInput(f"mailstead.toml: {error}", field="file", remedy="mend the file") from error


def _checked(text: str) -> str:
    platform_in(text)
    return text


def _sites(file: tomlkit.TOMLDocument) -> list[Table]:
    return list(_tables(file.get("sites"), "sites"))


def _hosts(site: Table) -> AoT:
    return _tables(site.get("hosts"), "sites.hosts")


def _tables(item: object, field: str) -> AoT:
    if isinstance(item, AoT):
        return item
    remedy = f"write it as tables of their own: [[{field}]]"
    raise InvalidInput(f"mailstead.toml: {field} is no list of tables", field=field, remedy=remedy)


def _site(file: tomlkit.TOMLDocument, name: str) -> Table:
    sites = _sites(file)
    found = [site for site in sites if name in {"", site["name"]}]
    if len(found) != 1:
        names = ", ".join(str(site["name"]) for site in sites)
        message = f"there is no site {name}" if name else "there are several sites"
        raise NotFound(message, field="site", value=name, remedy=f"give one with --site: {names}")
    return found[0]


def _item(value: Any) -> Any:
    """Return a value as a person would write it: tables on their own, paths without doubled backslashes."""
    if isinstance(value, Mapping):
        table = tomlkit.table()
        for key, inner in value.items():
            table.add(key, _item(inner))
        return table
    return tomlkit.string(value, literal=True) if isinstance(value, str) and "\\" in value else tomlkit.item(value)
