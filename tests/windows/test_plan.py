"""What a tenant's table becomes, and that it can say nothing which the guest's role would refuse."""

from typing import get_args

from mailstead.tenants.windows import FeatureName, Removable, ServiceName, Windows
from mailstead.windows.model import FirewallProfile, FirewallRule, NameServers, Service
from mailstead.windows.plan import computer_name, wanted_state
from tests.standin.shipped import GUEST, shipped_roles

ROLE = shipped_roles()[GUEST]


def _allowed(cmdlet: str) -> set[str]:
    return set(ROLE.cmdlets[cmdlet]["Name"].values)


def test_the_table_and_the_role_allow_the_same_names() -> None:
    assert set(get_args(FeatureName)) == _allowed("Install-WindowsFeature")
    assert set(get_args(Removable)) == _allowed("Uninstall-WindowsFeature")
    assert set(get_args(ServiceName)) == _allowed("Set-Service") == _allowed("Restart-Service")


def test_a_table_becomes_what_windows_calls_it() -> None:
    table = {
        "image": "a.vhdx",
        "services": [{"name": "DNS", "start": "manual", "running": False}],
        "name_servers": ["fd00::1", "192.0.2.2", "192.0.2.1"],
        "profiles": [{"name": "domain", "outbound": "block"}],
        "rules": [
            {"name": "mail", "ports": ["587", "25"], "sources": ["192.0.2.9/32", "10.0.0.0/8"], "protocol": "udp"}
        ],
    }
    state = wanted_state(Windows.parse(table))
    assert state.services == {"DNS": Service("DNS", "Manual", running=False)}
    assert state.name_servers == {"Ethernet": NameServers("Ethernet", ("192.0.2.2", "192.0.2.1", "fd00::1"))}
    assert state.profiles == {"Domain": FirewallProfile("Domain", outbound="Block")}
    rule = FirewallRule("mailstead-mail", protocol="UDP", ports=("25", "587"), addresses=("10.0.0.0/8", "192.0.2.9"))
    assert state.rules == {"mailstead-mail": rule}


def test_every_tenant_gets_a_name_that_windows_takes_and_long_ones_differ() -> None:
    plain = Windows(image="a.vhdx")
    names = [computer_name(f"the-same-beginning-{number}", plain) for number in range(50)]
    assert len(set(names)) == 50
    assert all(Windows(image="a.vhdx", computer_name=name).computer_name == name for name in names)
    assert computer_name("acme", Windows(image="a.vhdx", computer_name="mx1")) == "MX1"
