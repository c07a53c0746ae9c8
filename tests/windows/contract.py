"""What every driver of Windows guests does. A subclass gives `roles`, with a guest `acme`, and `told`, its back door.

Windows of the guest: DNS and Web-Server bring a service each; Spooler runs, RemoteRegistry does not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mailstead.ground.plans import ChangePlan
from mailstead.tenants.windows import Windows
from mailstead.windows.errors import NoSuchFeature, NoSuchWindowsPart, WindowsRefused, WindowsSilent
from mailstead.windows.model import FirewallRule, GuestState, Item, Restart
from mailstead.windows.plan import compare_features, compare_settings, wanted_state
from mailstead.windows.port import GuestRoles


@dataclass(frozen=True)
class Told:
    """What a test may do to the guest behind the driver's back."""

    need_restart: Callable[[str], None]
    break_service: Callable[[str], None]
    restarts: Callable[[], int]
    silence: Callable[[], None]


def wanted(**fields: object) -> GuestState:
    return wanted_state(Windows.parse({"image": "server.vhdx", **fields}))


def features_plan(roles: GuestRoles, target: GuestState, *, restarts: bool = True) -> ChangePlan[Item]:
    return compare_features(target, roles.found("acme", target), restarts=restarts)


def settings_plan(roles: GuestRoles, target: GuestState) -> ChangePlan[Item]:
    return compare_settings(target, roles.found("acme", target))


def brought_about(roles: GuestRoles, target: GuestState) -> list[str]:
    """Bring settings about and return what was changed; nothing may be left to do."""
    plan = settings_plan(roles, target)
    roles.apply("acme", plan)
    assert not settings_plan(roles, target)
    return [f"{change.kind} {change.subject}" for change in plan]


EVERYTHING = {
    "services": [
        {"name": "Spooler", "start": "disabled", "running": False},
        {"name": "RemoteRegistry", "start": "manual", "running": True},
    ],
    "name_servers": ["fd64:6d72::53", "198.51.100.53"],
    "rules": [
        {"name": "mail", "ports": ["25", "587"], "sources": ["10.64.0.0/14", "2001:db8::/64", "192.0.2.7/32"]},
        {"name": "no-dns-out", "direction": "outbound", "action": "block", "protocol": "udp", "ports": ["53"]},
    ],
    "profiles": [{"name": "public", "log_blocked": True}, {"name": "private", "inbound": "allow"}],
}


class GuestRolesContract:
    """The behaviours."""

    def test_a_guest_that_runs_answers(self, roles: GuestRoles) -> None:
        assert roles.answers("acme") is True

    def test_a_silent_guest_does_not_answer_and_says_so(self, roles: GuestRoles, told: Told) -> None:
        told.silence()
        assert roles.answers("acme") is False
        with pytest.raises(WindowsSilent) as silent:
            roles.found("acme", GuestState())
        assert silent.value.retry

    def test_what_windows_offers_is_told(self, roles: GuestRoles) -> None:
        offered = {feature.name: feature.installed for feature in roles.features("acme")}
        assert offered.keys() >= {"DNS", "Web-Server"}
        assert not any(offered.values())

    def test_a_feature_is_installed_once(self, roles: GuestRoles) -> None:
        target = wanted(features=["DNS"])
        plan = features_plan(roles, target)
        assert [str(change.subject) for change in plan] == ["feature DNS"]
        assert roles.apply("acme", plan) is False
        assert not features_plan(roles, target)
        assert roles.apply("acme", plan) is False

    def test_a_feature_goes_again_and_its_service_with_it(self, roles: GuestRoles) -> None:
        roles.apply("acme", features_plan(roles, wanted(features=["DNS", "Web-Server"])))
        roles.apply("acme", features_plan(roles, wanted(without=["DNS"])))
        about = wanted(features=["DNS", "Web-Server"], services=[{"name": "DNS"}, {"name": "W3SVC"}])
        found = roles.found("acme", about)
        assert {name: feature.installed for name, feature in found.features.items()} == {
            "DNS": False,
            "Web-Server": True,
        }
        assert list(found.services) == ["W3SVC"]

    def test_a_feature_that_windows_does_not_offer_is_refused_before_anything(self, roles: GuestRoles) -> None:
        target = wanted(features=["DNS", "Web-Server"])
        known = roles.found("acme", target)
        without = GuestState(features={"DNS": known.features["DNS"]})
        with pytest.raises(NoSuchFeature, match="Web-Server"):
            compare_features(target, without, restarts=True)

    def test_a_restart_is_told_and_done_only_when_allowed(self, roles: GuestRoles, told: Told) -> None:
        told.need_restart("Web-Server")
        target = wanted(features=["Web-Server"])
        assert roles.apply("acme", features_plan(roles, target)) is True
        assert roles.found("acme", target).restart == Restart(waits=True)
        assert not features_plan(roles, target, restarts=False)
        assert told.restarts() == 0
        plan = features_plan(roles, target)
        assert [change.subject for change in plan] == ["restart"]
        roles.apply("acme", plan)
        assert told.restarts() == 1
        assert not features_plan(roles, target)

    def test_all_settings_are_brought_about_at_once(self, roles: GuestRoles) -> None:
        assert brought_about(roles, wanted(**EVERYTHING)) == [
            "update service RemoteRegistry",
            "update service Spooler",
            "update name servers of Ethernet",
            "create firewall rule mailstead-mail",
            "create firewall rule mailstead-no-dns-out",
            "update firewall profile Private",
            "update firewall profile Public",
        ]

    def test_a_rule_is_changed_and_one_that_is_not_wanted_goes(self, roles: GuestRoles) -> None:
        brought_about(roles, wanted(**EVERYTHING))
        rules = [{"name": "mail", "ports": ["25", "49152-65535"], "protocol": "udp"}]
        done = brought_about(roles, wanted(rules=rules))
        assert done == ["remove firewall rule mailstead-no-dns-out", "update firewall rule mailstead-mail"]
        assert roles.found("acme", GuestState()).rules == {
            "mailstead-mail": FirewallRule("mailstead-mail", protocol="UDP", ports=("25", "49152-65535"))
        }

    def test_what_nobody_names_is_left_as_it_is(self, roles: GuestRoles) -> None:
        about = wanted(**EVERYTHING)
        before = roles.found("acme", about)
        assert brought_about(roles, wanted()) == []
        assert roles.found("acme", about) == before

    def test_a_service_that_is_not_there_is_named(self, roles: GuestRoles) -> None:
        target = wanted(services=[{"name": "DNS"}])
        with pytest.raises(NoSuchWindowsPart, match="DNS"):
            roles.apply("acme", settings_plan(roles, target))
        with pytest.raises(NoSuchWindowsPart, match="DNS"):
            roles.restart_service("acme", "DNS")

    def test_a_service_that_does_not_start_is_named(self, roles: GuestRoles, told: Told) -> None:
        told.break_service("W32Time")
        with pytest.raises(WindowsRefused, match="W32Time"):
            roles.apply("acme", settings_plan(roles, wanted(services=[{"name": "W32Time"}])))

    def test_an_adapter_that_is_not_there_is_named(self, roles: GuestRoles) -> None:
        with pytest.raises(NoSuchWindowsPart, match="Ethernet 7"):
            settings_plan(roles, wanted(adapter="Ethernet 7", name_servers=["192.0.2.1"]))

    def test_a_service_is_restarted(self, roles: GuestRoles) -> None:
        roles.restart_service("acme", "RemoteRegistry")
        about = wanted(services=[{"name": "RemoteRegistry"}])
        assert roles.found("acme", about).services["RemoteRegistry"].running
