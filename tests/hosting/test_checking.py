"""A host looked at: every lack is named with what to do, and what one duty meets hides no other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PureWindowsPath

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.hosting.checking import Subject, check, shown_by_role
from mailstead.hosting.roles import role_files
from mailstead.hosting.stamps import UNSTAMPED, stamp_in, stamped
from mailstead.monitoring.model import Finding, Verdict
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.greeting import Greeting, greet
from mailstead.remoting.pool import Fleet
from mailstead.security.model import Secret
from mailstead.sites.model import Host, HyperV
from tests.standin.cluster import Cluster, Node
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Switch, Vhd
from tests.standin.role import Role, Rule
from tests.standin.server import StandIn
from tests.standin.shipped import Host as SimulatedHost
from tests.standin.shipped import shipped_roles

from .conftest import FOLDER, IMAGES, SITE, Place

IMAGE = rf"{IMAGES}\appliance.vhdx"
SETTINGS = {"address": "localhost", "sign_in": "basic", "account": "svc", "management_switch": "Admin"}
STAMP = stamp_in(role_files(SITE)["MailsteadHost.psrc"])
ALL = ["certificate", "time", "session", "role", "release", "version", "switch", "switch", "folder", "image"]


@pytest.fixture
def subject(place: Place) -> Subject:
    settings = HyperV.parse({**SETTINGS, "switch": "Tenants"})
    place.world.switches["Tenants"] = Switch("Tenants")
    place.world.vhds[IMAGE.lower()] = Vhd(IMAGE, 1 << 30, VhdType.Dynamic)
    host = Host(name="hv01", driver="hyperv", hyperv=settings, folder=PureWindowsPath(FOLDER))
    now = datetime.now(UTC)
    fresh = Greeting(now + timedelta(days=90), now)
    return Subject(host, settings, place.way, lambda: fresh, lambda: PureWindowsPath(IMAGE), SystemClock(), STAMP)


def _not_passed(subject: Subject) -> list[Finding]:
    return [finding for finding in check(subject).findings if finding.verdict is not Verdict.PASSED]


def _only(subject: Subject) -> Finding:
    (finding,) = _not_passed(subject)
    assert finding.remedy
    return finding


def test_a_host_that_is_well_passes_every_duty(subject: Subject) -> None:
    report = check(subject)
    assert [finding.check for finding in report.findings] == ALL
    assert report.passed, report
    assert report.counts[Verdict.WARNING] == 0


def test_the_role_that_ships_is_what_we_call() -> None:
    assert {"Get-VM", "New-VHD", "Get-ClusterNode", "Get-Volume"} <= shown_by_role()
    assert len(shown_by_role()) == len(shipped_roles()["Mailstead.Host"].cmdlets)


@pytest.mark.parametrize(
    ("break_it", "named", "verdict"),
    [
        (lambda world: world.switches.pop("Admin"), "switch", Verdict.FAILED),
        (lambda world: world.vhds.clear(), "image", Verdict.FAILED),
        (lambda world: setattr(world.volumes[0], "used", 950 << 30), "folder", Verdict.WARNING),
        (lambda world: world.volumes.pop(0), "folder", Verdict.FAILED),
    ],
)
def test_each_lack_is_named_alone(
    subject: Subject, place: Place, break_it: Callable[[SimulatedHost], object], named: str, verdict: Verdict
) -> None:
    break_it(place.world)
    found = _only(subject)
    assert (found.check, found.verdict) == (named, verdict)


def _role(place: Place) -> Role:
    return place.standin._roles["Mailstead.Host"]


def _shown(place: Place, role: Role) -> None:
    place.standin._roles = {"Mailstead.Host": role}


def test_an_old_role_lacks_cmdlets_and_a_wide_one_shows_too_many(subject: Subject, place: Place) -> None:
    role = _role(place)
    _shown(place, replace(role, cmdlets={name: rules for name, rules in role.cmdlets.items() if name != "New-VHD"}))
    found = _only(subject)
    assert (found.check, found.verdict) == ("role", Verdict.FAILED)
    assert "New-VHD" in found.detail
    assert "host prepare hv01" in found.remedy


def test_a_role_that_shows_more_is_warned_of(subject: Subject, place: Place) -> None:
    role = _role(place)
    _shown(place, replace(role, cmdlets={**role.cmdlets, "Invoke-Command": {}}))
    found = _only(subject)
    assert (found.check, found.verdict) == ("role", Verdict.WARNING)
    assert "Invoke-Command" in found.detail


def test_a_role_of_an_older_release_is_told_by_one_pattern_less(subject: Subject, place: Place) -> None:
    role = _role(place)
    volumes = {
        "FilePath": Rule(patterns=("mailstead-role-0123456789ab", *role.cmdlets["Get-Volume"]["FilePath"].patterns))
    }
    _shown(place, replace(role, cmdlets={**role.cmdlets, "Get-Volume": volumes}))
    found = _only(subject)
    assert (found.check, found.verdict) == ("release", Verdict.WARNING)
    assert "older release" in found.detail
    assert "host prepare hv01" in found.remedy


def test_a_role_from_before_there_were_stamps_is_of_an_older_release(subject: Subject, place: Place) -> None:
    role = _role(place)
    before = tuple(each.split("|", 1)[1] for each in role.cmdlets["Get-Volume"]["FilePath"].patterns)
    _shown(place, replace(role, cmdlets={**role.cmdlets, "Get-Volume": {"FilePath": Rule(patterns=before)}}))
    assert "older release" in _only(subject).detail


def test_a_role_as_it_ships_is_told_to_be_so(subject: Subject, place: Place) -> None:
    role = _role(place)
    unstamped = Rule(
        patterns=tuple(p.replace(STAMP, UNSTAMPED) for p in role.cmdlets["Get-Volume"]["FilePath"].patterns)
    )
    _shown(place, replace(role, cmdlets={**role.cmdlets, "Get-Volume": {"FilePath": unstamped}}))
    assert "as it ships" in _only(subject).detail


def test_a_stamp_follows_from_each_rule_and_from_no_comment() -> None:
    text = role_files(SITE)["MailsteadHost.psrc"]
    assert stamped(f"# a word more\n\n{text}") == f"# a word more\n\n{text}"
    assert stamp_in(stamped(text.replace("'ProductionOnly', ", ""))) != STAMP
    assert stamp_in(role_files(replace(SITE, vlans=((1200, 1300),)))["MailsteadHost.psrc"]) != STAMP


@pytest.mark.parametrize(
    ("days", "skew_s", "named", "verdict"),
    [
        (10, 0, "certificate", Verdict.WARNING),
        (90, 100, "time", Verdict.WARNING),
        (90, -400, "time", Verdict.FAILED),
    ],
)
def test_certificates_and_clocks_are_watched(
    subject: Subject, days: int, skew_s: int, named: str, verdict: Verdict
) -> None:
    now = datetime.now(UTC)
    told = Greeting(now + timedelta(days=days, hours=1), now + timedelta(seconds=skew_s))
    found = _only(replace(subject, greeting=lambda: told))
    assert (found.check, found.verdict) == (named, verdict)


def test_a_cluster_without_quorum_and_a_node_in_maintenance(subject: Subject, place: Place) -> None:
    clustered = replace(subject, settings=subject.settings.changed(cluster=True))
    assert _only(clustered).check == "cluster"
    nodes = [Node("HV01", place.world), Node("HV02", place.world, state="Paused")]
    place.world.cluster = Cluster("c1", nodes)
    found = _only(clustered)
    assert (found.verdict, found.detail) == (Verdict.WARNING, "HV02 is paused")
    nodes[1].state = "Up"
    assert check(clustered).passed


def _endpoint(place: Place, **changed: object) -> Endpoint:
    return replace(place.endpoint, **changed)  # type: ignore[arg-type]  # fields of the endpoint


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sign_in": Basic("svc", Secret.of("wrong"))}, "does not accept svc"),
        ({"configuration": "Mailstead.Other"}, "Mailstead.Other"),
        ({"port": 1}, "does not answer on port 1"),
        ({"trust": None}, "certificate of localhost is not accepted"),
    ],
)
def test_what_hinders_a_session_is_told_once(
    subject: Subject, place: Place, wrong: dict[str, object], said: str
) -> None:
    fleet = Fleet(SystemClock(), sessions_each=1)
    endpoint = _endpoint(place, **wrong)
    looked = replace(subject, way=fleet.at(endpoint), greeting=lambda: greet(endpoint))
    try:
        found = [one for one in _not_passed(looked) if one.check != "certificate" or one.verdict is Verdict.FAILED]
    finally:
        fleet.close()
    assert said in found[0].detail
    assert found[0].remedy
    assert [(one.check, one.verdict) for one in found[1:]] == [("host", Verdict.SKIPPED)]


@pytest.mark.parametrize(("name", "days", "said"), [("localhost", -1, "expired"), ("other.example", 9, "mismatch")])
def test_a_certificate_that_is_not_valid_here(subject: Subject, place: Place, name: str, days: int, said: str) -> None:
    authority = place.standin.authority
    pair = authority.issue(name, days=days)
    with StandIn(SimulatedHost(), shipped_roles(), pair.key.parent, authority=authority, pair=pair) as host:
        endpoint = replace(place.endpoint, port=host.port)
        found = _not_passed(replace(subject, greeting=lambda: greet(endpoint)))
    assert said in found[0].detail
    assert [one.check for one in found] == ["certificate", "host"]


def test_a_host_tells_until_when_its_certificate_is_valid_and_what_time_it_is(place: Place) -> None:
    greeting = greet(place.endpoint)
    assert timedelta(days=29) < greeting.valid_until - datetime.now(UTC) < timedelta(days=31)
    assert greeting.clock
    assert abs(greeting.clock - datetime.now(UTC)) < timedelta(seconds=30)
