"""The role of a domain controller: units, groups, people, policies and zones of tenants, and nothing beside them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.remoting.calls import Cmdlet, batch
from mailstead.remoting.cmdlets import activedirectory as ad
from mailstead.remoting.cmdlets import dnsserver as dns
from mailstead.remoting.cmdlets import grouppolicy as gpo
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.errors import ArgumentRefused, NoSuchObject, ObjectExists
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret
from tests.standin.certificates import Authority
from tests.standin.server import StandIn
from tests.standin.shipped import DIRECTORY, Controller, shipped_roles

BASE = "OU=mailstead,DC=example,DC=com"
ACME = f"OU=acme,{BASE}"
ANNA = f"CN=Anna Müller,{ACME}"


@pytest.fixture
def controller() -> Controller:
    return Controller()


@pytest.fixture
def way(controller: Controller, tmp_path: Path, authority: Authority, fleet: Fleet) -> Iterator[Pool]:
    with StandIn(controller, shipped_roles(), tmp_path, authority=authority) as host:
        account = Basic("svc", Secret.of("pw"))
        yield fleet.at(Endpoint("localhost", DIRECTORY, account, port=host.port, trust=authority.trust))


NEW_UNIT = ad.NewADOrganizationalUnit(Name="acme", Path=BASE)
NEW_USER = ad.NewADUser(
    Name="Anna Müller",
    SamAccountName="anna.acme",
    UserPrincipalName="anna@acme.example",
    Path=ACME,
    AccountPassword=Secret.of("pä$$ w0rd"),
    Enabled=True,
)


def test_a_tenant_has_its_unit_its_people_its_policy_and_its_zone(way: Pool, controller: Controller) -> None:
    way.run(batch(NEW_UNIT, NEW_USER, ad.NewADGroup(Name="acme-users", SamAccountName="acme-users", Path=ACME)))
    way.run(ad.AddADGroupMember(Identity=f"CN=acme-users,{ACME}", Members=(ANNA,)))
    people = way.run(ad.GetADUsers(LDAPFilter="(objectClass=user)", SearchBase=ACME)).all("ADUser")
    assert [(one.text_of("DistinguishedName"), one.truth("Enabled")) for one in people] == [(ANNA, True)]
    assert controller.members == {f"CN=acme-users,{ACME}": {ANNA}}
    way.run(batch(gpo.NewGPO(Name="mailstead-acme"), gpo.NewGPLink(Name="mailstead-acme", Target=ACME)))
    way.run(
        gpo.SetGPRegistryNumber(
            Name="mailstead-acme",
            Key=r"HKCU\Software\Policies\Microsoft\Windows\Control Panel\Desktop",
            ValueName=("ScreenSaveActive",),
            Value=1,
        )
    )
    way.run(gpo.SetGPInheritance(Target=ACME, IsBlocked="Yes"))
    unit = way.run(gpo.GetGPInheritance(Target=ACME)).one("Som")
    assert (unit.truth("GpoInheritanceBlocked"), unit.texts("GpoLinks")) == (True, ("mailstead-acme",))
    way.run(dns.AddDnsServerPrimaryZone(Name="acme.example"))
    mail = dns.AddDnsServerMx(ZoneName="acme.example", Name="@", MailExchange="mail.acme.example", Preference=10)
    way.run(batch(mail, dns.AddDnsServerA(ZoneName="acme.example", Name="mail", IPv4Address="203.0.113.1")))
    records = way.run(dns.GetDnsServerResourceRecord(ZoneName="acme.example")).all("DnsServerResourceRecord")
    assert {record.text_of("RecordType") for record in records} == {"MX", "A"}


def test_what_is_there_and_what_is_not_is_told(way: Pool) -> None:
    way.run(NEW_UNIT)
    with pytest.raises(ObjectExists):
        way.run(NEW_UNIT)
    with pytest.raises(NoSuchObject):
        way.run(ad.DisableADAccount(Identity=ANNA))


@pytest.mark.parametrize(
    "call",
    [
        ad.NewADOrganizationalUnit(Name="acme", Path="DC=example,DC=com"),
        ad.NewADOrganizationalUnit(Name="x,CN=Users", Path=BASE),
        ad.NewADUser(Name="x", SamAccountName="x", UserPrincipalName="x@y.example", Path="CN=Users,DC=example,DC=com"),
        ad.SetADAccountPassword(Identity="CN=Administrator,CN=Users,DC=example,DC=com", NewPassword=Secret.of("x")),
        ad.AddADGroupMember(Identity="CN=Domain Admins,CN=Users,DC=example,DC=com", Members=(ANNA,)),
        ad.AddADGroupMember(Identity=f"CN=acme-users,{ACME}", Members=("CN=Administrator,CN=Users,DC=example,DC=com",)),
        ad.RemoveADOrganizationalUnit(Identity=BASE),
        gpo.RemoveGPO(Name="Default Domain Policy"),
        gpo.NewGPLink(Name="mailstead-acme", Target="OU=Domain Controllers,DC=example,DC=com"),
        gpo.SetGPInheritance(Target="DC=example,DC=com", IsBlocked="Yes"),
        gpo.SetGPRegistryNumber(Name="mailstead-acme", Key=r"HKLM\SYSTEM\Setup", ValueName=("x",), Value=1),
    ],
    ids=str,
)
def test_nothing_beside_the_platforms_unit_is_reached(way: Pool, controller: Controller, call: Cmdlet) -> None:
    with pytest.raises(ArgumentRefused):
        way.run(call)
    assert not controller.entries
    assert not controller.policies


def test_a_password_is_told_to_nobody() -> None:
    assert "***" in str(NEW_USER)
    assert "w0rd" not in str(NEW_USER)
