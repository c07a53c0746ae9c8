"""Names are parsed once; what comes out is canonical, what cannot be used is refused with a remedy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import parse_address, parse_domain, parse_tenant_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("acme.example", "acme.example"),
        ("ACME.example.", "acme.example"),
        ("Straße.example", "xn--strae-oqa.example"),
        ("日本.example", "xn--wgv71a.example"),
    ],
)
def test_a_domain_becomes_its_a_labels(text: str, name: str) -> None:
    assert parse_domain(text) == name


@pytest.mark.parametrize(
    "text",
    ["", ".", "example", "-a.example", "a..example", "a b.example", "1.2.3.4", "a_b.example",
     "x" * 64 + ".example", "a.example;reboot", "$(id).example", "a\n.example", "xn--a.example"],
)  # fmt: skip
def test_what_is_no_mail_domain_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_domain(text)
    assert refusal.value.field == "domain"
    assert "acme.example" in refusal.value.remedy


@pytest.mark.parametrize("text", ["Anna@Acme.example", "anna@acme.example."])
def test_an_address_is_lower_case(text: str) -> None:
    assert parse_address(text) == "anna@acme.example"


@pytest.mark.parametrize(
    "text",
    ["anna", "@acme.example", "a@b@acme.example", "a..b@acme.example", ".a@acme.example", "änna@acme.example",
     '"a b"@acme.example', "a b@acme.example", "a\n@acme.example", "a\0@acme.example",
     "x" * 65 + "@acme.example", "anna@", "anna@example", "a/../b\n@acme.example"],
)  # fmt: skip
def test_what_servers_cannot_deliver_to_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_address(text)


@pytest.mark.parametrize("text", ["a", "Acme", "-acme", "acme-", "ac me", "1acme", "x" * 33, "acme/..", "acme\n"])
def test_a_tenant_name_is_a_plain_label(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_tenant_name(text)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_canonical_name_or_refused(text: str) -> None:
    try:
        name = parse_domain(text)
    except InvalidInput:
        return
    assert parse_domain(name) == name
    assert name.isascii()
