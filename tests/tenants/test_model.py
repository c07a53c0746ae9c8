"""A tenant is validated as a whole, whatever way it came in."""

from typing import Any

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.tenants.changes import resized
from mailstead.tenants.files import as_toml, read_tenants
from mailstead.tenants.model import AddressTaken, Allowance, Tenant

ACME: dict[str, Any] = {
    "name": "acme",
    "domains": [{"name": "acme.example"}, {"name": "bücher.example"}],
    "mailboxes": [{"address": "Anna@acme.example", "quota_mib": 2048}],
    "aliases": [{"address": "info@acme.example", "targets": ["anna@acme.example"]}],
}


def test_the_mail_host_is_named_in_the_first_domain() -> None:
    assert Tenant.parse(ACME).mail_host == "mail.acme.example"


@pytest.mark.parametrize(
    ("change", "field", "error"),
    [
        ({"shoe_size": 44}, "shoe_size", InvalidInput),
        ({"domains": [{"name": "a_b.example"}]}, "domains.0.name", InvalidInput),
        ({"domains": []}, "domains", InvalidInput),
        ({"mailboxes": [{"address": "a@other.example"}]}, "address", InvalidInput),
        ({"mailboxes": [{"address": "info@acme.example"}]}, "addresses", AddressTaken),
        ({"domains": [{"name": "acme.example"}, {"name": "ACME.example"}]}, "domains", AddressTaken),
        ({"allowance": {"memory_mib": 1}}, "allowance.memory_mib", InvalidInput),
        ({"allowance": {"bandwidth_mbit": -1}}, "allowance.bandwidth_mbit", InvalidInput),
        ({"allowance": {"disk_iops": 99}}, "allowance.disk_iops", InvalidInput),
        ({"allowance": {"nested": "perhaps"}}, "allowance.nested", InvalidInput),
        ({"allowance": {"block_device": "/dev/../etc/passwd;x"}}, "allowance.block_device", InvalidInput),
        (
            {"firewall": [{"service": "imap", "sources": ["10.0.0.300/8"]}]},
            "firewall.0.sources.0",
            InvalidInput,
        ),
    ],
)
def test_bad_input_names_the_field_and_a_remedy(change: dict[str, Any], field: str, error: type[InvalidInput]) -> None:
    with pytest.raises(error) as refusal:
        Tenant.parse(ACME | change, where="acme.toml")
    assert refusal.value.field.startswith(field)
    assert refusal.value.message.startswith("acme.toml: ")
    assert refusal.value.remedy


def test_a_tenant_has_no_limits_unless_given_some() -> None:
    assert Tenant.parse(ACME).allowance == Allowance(bandwidth_mbit=0, disk_iops=0, nested=False)
    assert "allowance" not in as_toml(Tenant.parse(ACME))


def test_limits_are_changed_one_by_one_and_lifted_by_zero() -> None:
    limited = resized(Tenant.parse(ACME), bandwidth_mbit=50, disk_iops=500, nested=True)
    lifted = resized(limited, bandwidth_mbit=None, disk_iops=0, nested=None)
    assert lifted.allowance == Allowance(bandwidth_mbit=50, nested=True)


def test_a_file_says_what_a_command_said(tmp_path: Any) -> None:
    tenant = Tenant.parse(ACME)
    (tmp_path / "acme.toml").write_text(as_toml(tenant))
    assert read_tenants(tmp_path) == {"acme": tenant}


def test_a_file_that_speaks_of_another_tenant_is_refused(tmp_path: Any) -> None:
    (tmp_path / "globex.toml").write_text(as_toml(Tenant.parse(ACME)))
    with pytest.raises(InvalidInput, match="speaks of acme"):
        read_tenants(tmp_path)


def test_a_file_that_is_no_toml_is_named(tmp_path: Any) -> None:
    (tmp_path / "acme.toml").write_text("domains = [}\n")
    with pytest.raises(InvalidInput, match="acme.toml"):
        read_tenants(tmp_path)
