"""The role files of one site: those that ship, with the site's folders, switches, VLANs and accounts in them.

The files that ship are whole and valid as they are; each of their values that belongs to a site stands in them in
one wording, which is looked for here. Source: "JEA role capabilities", "JEA session configurations" (Microsoft).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from mailstead.ground.errors import InvalidInput
from mailstead.sites.model import HyperV, Network

from .patterns import exactly, one_of
from .stamps import stamp_in, stamped

MODULE = "Mailstead.psm1"  # the functions of ours that a host's role shows; nothing of a site stands in it
HOST, GUEST, DIRECTORY = "Mailstead.Host", "Mailstead.Guest", "Mailstead.Directory"
EXCHANGE, FUNCTIONS = "Mailstead.Exchange", "MailsteadExchange.psm1"
SHIPPED = files("mailstead.remoting") / "roles"
CAPABILITIES: Mapping[str, str] = {
    HOST: "MailsteadHost",
    GUEST: "MailsteadGuest",
    DIRECTORY: "MailsteadDirectory",
    EXCHANGE: "MailsteadExchange",
}

_FOLDER = r"C:\\ClusterStorage\\[A-Za-z0-9_-]+\\mailstead"
_IMAGES = r"C:\\ClusterStorage\\[A-Za-z0-9_-]+\\mailstead-images"
_SWITCHES = "'Tenants', 'Management'"
_VLANS = "'[2-9]|[1-9][0-9]{1,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4]'"
_ACCOUNT = r"'EXAMPLE\svc-mailstead'"
_UNIT = "OU=mailstead,DC=example,DC=com"


@dataclass(frozen=True, slots=True)
class RoleValues:
    r"""What a site puts into the role files.

    `account` is who signs in, as `DOMAIN\name`; `unit` is the directory's unit below which tenants have theirs.
    """

    folder: str
    images: str
    switches: tuple[str, ...]
    vlans: tuple[tuple[int, int], ...]
    account: str
    unit: str = _UNIT


def role_values(host_folder: str, way: HyperV, network: Network, account: str = "", unit: str = "") -> RoleValues:
    """Return what belongs into the role files of a host; raise InvalidInput where nobody says who signs in."""
    vlans = [(network.vlan_first, network.vlan_last)]
    if way.management_vlan is not None:
        vlans.append((way.management_vlan, way.management_vlan))
    switches = tuple(dict.fromkeys((way.switch, way.management_switch)))
    who = account or principal(way)
    return RoleValues(host_folder, str(way.images), switches, tuple(vlans), who, unit or _UNIT)


def principal(way: HyperV) -> str:
    r"""Return the account as Windows names it: `user@REALM.EXAMPLE` becomes `REALM\user`, `user` is the host's own."""
    user, _, realm = way.account.partition("@")
    if "\\" in user:
        return user
    if not user:
        remedy = r"say which account may use the role: --account 'DOMAIN\name', or `account` in mailstead.toml"
        raise InvalidInput("nobody says which account signs in", field="account", remedy=remedy)
    domain = realm or way.address
    return f"{domain.partition('.')[0].upper()}\\{user}"


def role_files(values: RoleValues) -> dict[str, str]:
    """Return the texts of all role files by name, with *values* in the place of those that ship, and of our modules."""
    return {name: SHIPPED.joinpath(name).read_text("utf-8") for name in (MODULE, FUNCTIONS)} | {
        name: stamped(_filled(SHIPPED.joinpath(name).read_text("utf-8"), values))
        for configuration, capability in CAPABILITIES.items()
        for name in (f"{configuration}.pssc", f"{capability}.psrc")
    }


def wanted_stamp(host_folder: str, way: HyperV, network: Network) -> str:
    """Return the stamp of the role that a host should have; who signs in is no part of it."""
    files = role_files(role_values(host_folder, way, network, account="anybody"))
    return stamp_in(files[f"{CAPABILITIES[HOST]}.psrc"])


def _filled(text: str, values: RoleValues) -> str:
    vlans = "|".join(one_of(first, last) for first, last in values.vlans)
    instead = {  # the longer wording first: one begins like the other
        _IMAGES: _quoted(exactly(values.images)),
        _FOLDER: _quoted(exactly(values.folder)),
        _SWITCHES: ", ".join(f"'{_quoted(name)}'" for name in values.switches),
        _VLANS: f"'{vlans}'",
        _ACCOUNT: f"'{_quoted(values.account)}'",
        exactly(_UNIT): _quoted(exactly(values.unit)),
    }
    for shipped, ours in instead.items():
        text = text.replace(shipped, ours)
    return text


def _quoted(text: str) -> str:
    """Return *text* as it stands between single quotes."""
    return text.replace("'", "''")
