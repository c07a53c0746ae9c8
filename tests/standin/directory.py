"""A domain controller, simulated: units, groups and people by distinguished name; policies; zones of DNS."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import activedirectory as ad
from mailstead.remoting.cmdlets import dnsserver as dns
from mailstead.remoting.cmdlets import grouppolicy as gpo
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError
from tests.standin.storage import CIM

AD = "Microsoft.ActiveDirectory.Management."


@dataclass(eq=False)
class Entry(Live):
    """An object of the directory."""

    TYPES: ClassVar[tuple[str, ...]] = (AD + "ADObject", "System.Object")
    dn: str
    facts: dict[str, object] = field(default_factory=dict)

    def shown(self) -> dict[str, object]:
        return {"DistinguishedName": self.dn, **self.facts}


class Unit(Entry):
    TYPES = (AD + "ADOrganizationalUnit", *Entry.TYPES)


class Group(Entry):
    TYPES = (AD + "ADGroup", *Entry.TYPES)


class User(Entry):
    TYPES = (AD + "ADUser", *Entry.TYPES)


@dataclass(eq=False)
class Policy(Live):
    TYPES = ("Microsoft.GroupPolicy.Gpo", "System.Object")
    name: str
    links: set[str] = field(default_factory=set)
    settings: dict[tuple[str, str], int] = field(default_factory=dict)

    def shown(self) -> dict[str, object]:
        return {"DisplayName": self.name, "GpoStatus": "AllSettingsEnabled"}


@dataclass(eq=False)
class Setting(Live):
    TYPES = ("Microsoft.GroupPolicy.PolicyRegistrySetting", "System.Object")
    key: str
    name: str
    value: int

    def shown(self) -> dict[str, object]:
        return {"FullKeyPath": self.key, "ValueName": self.name, "Value": self.value, "Type": "DWord"}


@dataclass(eq=False)
class Inheritance(Live):
    TYPES = ("Microsoft.GroupPolicy.Som", "System.Object")
    target: str
    blocked: bool
    links: list[str]

    def shown(self) -> dict[str, object]:
        return {"Path": self.target, "GpoInheritanceBlocked": self.blocked, "GpoLinks": self.links}


@dataclass(eq=False)
class Zone(Live):
    TYPES = (f"{CIM}#root/Microsoft/Windows/DNS/DnsServerZone", "DnsServerZone", CIM, "System.Object")
    name: str
    records: list["Record"] = field(default_factory=list)

    def shown(self) -> dict[str, object]:
        return {"ZoneName": self.name, "ZoneType": "Primary", "IsDsIntegrated": True}


@dataclass(eq=False)
class Record(Live):
    TYPES = (f"{CIM}#root/Microsoft/Windows/DNS/DnsServerResourceRecord", "DnsServerResourceRecord", CIM)
    name: str
    kind: str
    data: str

    def shown(self) -> dict[str, object]:
        return {"HostName": self.name, "RecordType": self.kind, "RecordData": self.data}


@dataclass
class Controller:
    """What a domain controller knows."""

    entries: dict[str, Entry] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    zones: dict[str, Zone] = field(default_factory=dict)

    def entry(self, dn: str) -> Entry:
        if found := self.entries.get(dn.lower()):
            return found
        text = f"Cannot find an object with identity: '{dn}'."
        exception = AD + "ADIdentityNotFoundException"
        raise PSError(text, ErrorCategory.ObjectNotFound, "ActiveDirectoryCmdlet", dn, exception)

    def add(self, kind: type[Entry], rdn: str, path: str, **facts: object) -> None:
        dn = f"{rdn},{path}"
        if dn.lower() in self.entries:
            exception = AD + "ADIdentityAlreadyExistsException"
            raise PSError("The specified object already exists", ErrorCategory.ResourceExists, "Exists", dn, exception)
        self.entries[dn.lower()] = kind(dn, facts)

    def below(self, base: str, kind: type[Entry]) -> list[Entry]:
        inside = [entry for dn, entry in self.entries.items() if dn.endswith(base.lower())]
        return [entry for entry in inside if isinstance(entry, kind)]

    def remove(self, dn: str) -> None:
        entry = self.entry(dn)
        if any(other.endswith(f",{dn.lower()}") for other in self.entries):
            raise PSError("The operation cannot be performed on a non-leaf object", target=dn)
        if entry.facts.get("ProtectedFromAccidentalDeletion"):
            raise PSError("Access is denied", ErrorCategory.PermissionDenied, "AccessDenied", dn)
        del self.entries[dn.lower()]

    def policy(self, name: str) -> Policy:
        if found := self.policies.get(name.lower()):
            return found
        text = f"A GPO with the display name '{name}' was not found."
        raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", name)

    def zone(self, name: str) -> Zone:
        if found := self.zones.get(name.lower()):
            return found
        raise PSError(f"The zone {name} was not found.", ErrorCategory.ObjectNotFound, "WIN32 9601", name)


@simulates(ad.GetADOrganizationalUnits)
def get_units(run: Run, call: ad.GetADOrganizationalUnits) -> list[Entry]:
    found: list[Entry] = run.world.below(call.SearchBase, Unit)
    return found


@simulates(ad.GetADGroups)
def get_groups(run: Run, call: ad.GetADGroups) -> list[Entry]:
    found: list[Entry] = run.world.below(call.SearchBase, Group)
    return found


@simulates(ad.GetADUsers)
def get_users(run: Run, call: ad.GetADUsers) -> list[Entry]:
    found: list[Entry] = run.world.below(call.SearchBase, User)
    return found


@simulates(ad.NewADOrganizationalUnit)
def new_unit(run: Run, call: ad.NewADOrganizationalUnit) -> None:
    protected = call.ProtectedFromAccidentalDeletion
    facts = {"Description": call.Description, "ProtectedFromAccidentalDeletion": protected}
    run.world.add(Unit, f"OU={call.Name}", call.Path, **facts)


@simulates(ad.SetADOrganizationalUnit)
def set_unit(run: Run, call: ad.SetADOrganizationalUnit) -> None:
    _change(run, call.Identity, call, "Description", "ProtectedFromAccidentalDeletion")


@simulates(ad.NewADGroup)
def new_group(run: Run, call: ad.NewADGroup) -> None:
    run.world.add(Group, f"CN={call.Name}", call.Path, SamAccountName=call.SamAccountName)


@simulates(ad.NewADUser)
def new_user(run: Run, call: ad.NewADUser) -> None:
    facts = {"SamAccountName": call.SamAccountName, "UserPrincipalName": call.UserPrincipalName}
    enabled = bool(call.Enabled and call.AccountPassword)
    run.world.add(User, f"CN={call.Name}", call.Path, **facts, Enabled=enabled)


@simulates(ad.SetADUser)
def set_user(run: Run, call: ad.SetADUser) -> None:
    _change(run, call.Identity, call, "GivenName", "Surname", "DisplayName", "EmailAddress", "UserPrincipalName")


def _change(run: Run, dn: str, call: object, *names: str) -> None:
    given = {name: getattr(call, name) for name in names}
    run.world.entry(dn).facts.update({name: value for name, value in given.items() if value is not None})


@simulates(ad.RemoveADOrganizationalUnit)
@simulates(ad.RemoveADGroup)
@simulates(ad.RemoveADUser)
def remove(run: Run, call: ad.RemoveADOrganizationalUnit | ad.RemoveADGroup | ad.RemoveADUser) -> None:
    run.world.remove(call.Identity)


@simulates(ad.AddADGroupMember)
def add_members(run: Run, call: ad.AddADGroupMember) -> None:
    members = {run.world.entry(member).dn for member in call.Members}
    run.world.members.setdefault(run.world.entry(call.Identity).dn, set()).update(members)


@simulates(ad.RemoveADGroupMember)
def remove_members(run: Run, call: ad.RemoveADGroupMember) -> None:
    run.world.members.setdefault(run.world.entry(call.Identity).dn, set()).difference_update(call.Members)


@simulates(ad.EnableADAccount)
def enable(run: Run, call: ad.EnableADAccount) -> None:
    run.world.entry(call.Identity).facts["Enabled"] = True


@simulates(ad.DisableADAccount)
def disable(run: Run, call: ad.DisableADAccount) -> None:
    run.world.entry(call.Identity).facts["Enabled"] = False


@simulates(ad.SetADAccountPassword)
def set_password(run: Run, call: ad.SetADAccountPassword) -> None:
    run.world.entry(call.Identity).facts["PasswordLength"] = len(call.NewPassword.reveal_text())


@simulates(gpo.GetGPO)
def get_policy(run: Run, call: gpo.GetGPO) -> Iterator[Policy]:
    yield run.world.policy(call.Name)


@simulates(gpo.NewGPO)
def new_policy(run: Run, call: gpo.NewGPO) -> Iterator[Policy]:
    if call.Name.lower() in run.world.policies:
        raise PSError("A GPO of this name exists", ErrorCategory.ResourceExists, "ResourceExists", call.Name)
    made = run.world.policies[call.Name.lower()] = Policy(call.Name)
    yield made


@simulates(gpo.RemoveGPO)
def remove_policy(run: Run, call: gpo.RemoveGPO) -> None:
    del run.world.policies[run.world.policy(call.Name).name.lower()]


@simulates(gpo.NewGPLink)
def link(run: Run, call: gpo.NewGPLink) -> None:
    run.world.policy(call.Name).links.add(run.world.entry(call.Target).dn)


@simulates(gpo.RemoveGPLink)
def unlink(run: Run, call: gpo.RemoveGPLink) -> None:
    run.world.policy(call.Name).links.discard(run.world.entry(call.Target).dn)


@simulates(gpo.GetGPInheritance)
def get_inheritance(run: Run, call: gpo.GetGPInheritance) -> Iterator[Inheritance]:
    dn = run.world.entry(call.Target).dn
    links = [policy.name for policy in run.world.policies.values() if dn in policy.links]
    yield Inheritance(dn, dn in run.world.blocked, links)


@simulates(gpo.SetGPInheritance)
def set_inheritance(run: Run, call: gpo.SetGPInheritance) -> None:
    dn = run.world.entry(call.Target).dn
    (run.world.blocked.add if call.IsBlocked == "Yes" else run.world.blocked.discard)(dn)


@simulates(gpo.GetGPRegistryValue)
def get_settings(run: Run, call: gpo.GetGPRegistryValue) -> list[Setting]:
    settings = run.world.policy(call.Name).settings
    return [Setting(key, name, value) for (key, name), value in settings.items() if key == call.Key]


@simulates(gpo.SetGPRegistryNumber)
def set_setting(run: Run, call: gpo.SetGPRegistryNumber) -> None:
    for name in call.ValueName:
        run.world.policy(call.Name).settings[call.Key, name] = call.Value


@simulates(gpo.RemoveGPRegistryValue)
def remove_setting(run: Run, call: gpo.RemoveGPRegistryValue) -> None:
    run.world.policy(call.Name).settings.pop((call.Key, call.ValueName), None)


@simulates(dns.GetDnsServerZone)
def get_zones(run: Run, call: dns.GetDnsServerZone) -> list[Zone]:
    return [run.world.zone(name) for name in call.Name or run.world.zones]


@simulates(dns.AddDnsServerPrimaryZone)
def add_zone(run: Run, call: dns.AddDnsServerPrimaryZone) -> None:
    if call.Name.lower() in run.world.zones:
        raise PSError("The zone exists already.", ErrorCategory.ResourceExists, "WIN32 9609", call.Name)
    run.world.zones[call.Name.lower()] = Zone(call.Name)


@simulates(dns.RemoveDnsServerZone)
def remove_zone(run: Run, call: dns.RemoveDnsServerZone) -> None:
    del run.world.zones[run.world.zone(call.Name).name.lower()]


@simulates(dns.GetDnsServerResourceRecord)
def get_records(run: Run, call: dns.GetDnsServerResourceRecord) -> list[Record]:
    records = run.world.zone(call.ZoneName).records
    named = [record for record in records if call.Name in {None, record.name}]
    return [record for record in named if call.RRType is None or record.kind == call.RRType.upper()]


@simulates(dns.AddDnsServerA)
def add_a(run: Run, call: dns.AddDnsServerA) -> None:
    run.world.zone(call.ZoneName).records.append(Record(call.Name, "A", call.IPv4Address))


@simulates(dns.AddDnsServerAaaa)
def add_aaaa(run: Run, call: dns.AddDnsServerAaaa) -> None:
    run.world.zone(call.ZoneName).records.append(Record(call.Name, "AAAA", call.IPv6Address))


@simulates(dns.AddDnsServerMx)
def add_mx(run: Run, call: dns.AddDnsServerMx) -> None:
    data = f"{call.Preference} {call.MailExchange}"
    run.world.zone(call.ZoneName).records.append(Record(call.Name, "MX", data))


@simulates(dns.AddDnsServerTxt)
def add_txt(run: Run, call: dns.AddDnsServerTxt) -> None:
    run.world.zone(call.ZoneName).records.append(Record(call.Name, "TXT", call.DescriptiveText))


@simulates(dns.AddDnsServerCname)
def add_cname(run: Run, call: dns.AddDnsServerCname) -> None:
    run.world.zone(call.ZoneName).records.append(Record(call.Name, "CNAME", call.HostNameAlias))


@simulates(dns.RemoveDnsServerResourceRecord)
def remove_records(run: Run, call: dns.RemoveDnsServerResourceRecord) -> None:
    zone, kind = run.world.zone(call.ZoneName), call.RRType.upper()
    zone.records = [one for one in zone.records if (one.name, one.kind) != (call.Name, kind)]
