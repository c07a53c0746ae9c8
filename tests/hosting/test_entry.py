"""A host's table in mailstead.toml: put in and taken out, with all else left as it is."""

import pytest

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.hosting.entry import HostKnown, LastHost, platform_in, with_host, without_host
from mailstead.sites.files import EXAMPLE

HV01 = {"name": "hv01", "driver": "hyperv", "folder": r"D:\Mail", "hyperv": {"address": "hv01.example", "port": 5987}}


def test_a_host_is_put_in_and_every_comment_stays() -> None:
    text = with_host(EXAMPLE, "", HV01)
    assert {line for line in EXAMPLE.splitlines() if line} <= set(text.splitlines())
    host = platform_in(text).hosts[1]
    assert (host.name, str(host.folder), host.hyperv and host.hyperv.port) == ("hv01", r"D:\Mail", 5987)


def test_what_was_put_in_is_taken_out_again_to_the_letter() -> None:
    assert without_host(with_host(EXAMPLE, "home", HV01), "hv01") == EXAMPLE


def test_several_sites_have_to_be_told_apart() -> None:
    two = EXAMPLE + '\n[[sites]]\nname = "away"\n\n[[sites.hosts]]\nname = "kvm9"\n'
    with pytest.raises(NotFound) as refused:
        with_host(two, "", HV01)
    assert "home, away" in refused.value.remedy
    assert [host.name for host in platform_in(with_host(two, "away", HV01)).sites[1].hosts] == ["kvm9", "hv01"]


def test_a_name_is_given_once() -> None:
    with pytest.raises(HostKnown):
        with_host(EXAMPLE, "", {"name": "kvm1"})


@pytest.mark.parametrize(
    ("host", "field"),
    [
        ({"name": "HV 01", "driver": "hyperv", "hyperv": {"address": "hv01"}}, "name"),
        ({"name": "hv01", "driver": "hyperv"}, "hyperv"),
        ({"name": "hv01", "driver": "hyperv", "hyperv": {"address": "a\nb"}}, "address"),
        ({"name": "hv01", "driver": "hyperv", "folder": "mail", "hyperv": {"address": "hv01"}}, "folder"),
        ({"name": "hv01", "driver": "hyperv", "hyperv": {"address": "hv01", "sign_in": "basic"}}, "account"),
        ({"name": "hv01", "driver": "hyperv", "hyperv": {"address": "hv01", "sign_in": "magic"}}, "sign_in"),
        ({"name": "kvm2", "driver": "xen"}, "driver"),
    ],
)
def test_a_host_that_cannot_be_is_refused_by_its_field(host: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        with_host(EXAMPLE, "", host)
    assert field in f"{refused.value.field} {refused.value.message}"


def test_the_last_host_of_a_site_stays() -> None:
    with pytest.raises(LastHost):
        without_host(EXAMPLE, "kvm1")
    with pytest.raises(NotFound):
        without_host(EXAMPLE, "hv09")


def test_sites_written_in_one_line_are_told_to_be_written_as_tables() -> None:
    inline = 'sites = [{ name = "home", hosts = [{ name = "kvm1" }] }]\n'
    with pytest.raises(InvalidInput) as refused:
        with_host(inline, "", HV01)
    assert "[[sites]]" in refused.value.remedy
