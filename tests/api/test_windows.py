"""What is inside a Windows machine, and what only a tenant's file could say before, through the API."""

from typing import Any

import pytest

from tests.access.stage import Stage

from .asking import Ask

ALWAYS = {"If-Match": "*"}
INSIDE: dict[str, Any] = {"image": "server-2025.vhdx", "features": ["DNS"], "services": [{"name": "W32Time"}]}
NEW: dict[str, Any] = {
    "name": "initech",
    "domains": [{"name": "initech.example"}],
    "allowance": {"memory_mib": 4096, "bandwidth_mbit": 100, "block_device": "/dev/disk/by-id/initech"},
    "windows": INSIDE,
    "host": "kvm1",
}
GUEST = "/tenants/initech/guest"


@pytest.fixture
def windows(ask: Ask, stage: Stage) -> Ask:
    assert ask("olga", "POST", "/tenants", json=NEW).status_code == 202
    stage.engine.settle()
    return ask


def test_a_windows_machine_is_made_filled_and_looked_into(windows: Ask, stage: Stage) -> None:
    plan = windows("olga", "GET", f"{GUEST}/plan").json()
    assert "DNS" in {change["subject"].split()[-1] for change in plan["changes"]}
    assert windows("olga", "POST", f"{GUEST}/apply").status_code == 202
    stage.engine.settle()
    found = windows("olga", "GET", GUEST).json()
    assert found["features"] == [{"name": "DNS", "installed": True}]
    assert not windows("olga", "GET", f"{GUEST}/plan").json()["changes"]
    assert windows("olga", "POST", f"{GUEST}/services/W32Time/restart").status_code == 204
    assert "guest.restart-service" in {entry.action for entry in stage.as_("olga").audit.page(tenant="initech")}


def test_what_is_wanted_inside_is_kept_and_shown(windows: Ask) -> None:
    wanted = {**INSIDE, "restart": "when-needed", "profiles": [{"name": "domain"}]}
    assert windows("olga", "PUT", GUEST, json=wanted, headers=ALWAYS).status_code == 202
    shown = windows("olga", "GET", "/tenants/initech").json()["windows"]
    assert (shown["restart"], shown["profiles"][0]["inbound"]) == ("when-needed", "block")
    refused = windows("olga", "PUT", GUEST, json={**wanted, "features": ["Telnet-Client"]}, headers=ALWAYS)
    assert refused.status_code == 422


def test_what_names_a_place_on_a_host_is_told_to_operators_alone(ask: Ask, stage: Stage) -> None:
    body = {**NEW, "name": "acme2", "domains": [{"name": "acme2.example"}], "windows": None}
    assert ask("olga", "POST", "/tenants", json=body).status_code == 202
    told = ask("olga", "GET", "/tenants/acme2").json()
    assert (told["allowance"]["block_device"], told["allowance"]["bandwidth_mbit"]) == (
        "/dev/disk/by-id/initech",
        100,
    )
    stage.running.world.tenants.change("acme", lambda acme: acme.changed(allowance=acme.allowance.changed(
        block_device="/dev/sdx")))  # fmt: skip
    assert ask("alice", "GET", "/tenants/acme").json()["allowance"]["block_device"] is None
    assert "/dev/sdx" not in stage.as_("alice").tenants.toml("acme")
