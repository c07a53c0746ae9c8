"""A seed: the same bytes for the same seed, found by name, with nothing in it that two machines share."""

import shutil
import subprocess
from ipaddress import IPv4Interface, IPv4Network, IPv6Address, IPv6Interface
from pathlib import Path

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.guests.model import GuestFile, unpacked
from mailstead.guests.seed.disk import partitioned, seed_disk
from mailstead.guests.seed.model import Seed, SshKey
from mailstead.guests.seed.rendering import ROOM, seed_files
from mailstead.security.model import Secret
from mailstead.sites.management import ManagementPlace, management_place
from mailstead.sites.model import HyperV

PLACE = ManagementPlace("02:6e:0a:ff:f1:2c", IPv4Interface("10.255.241.44/20"))
KEY = SshKey.fresh()
SEED = Seed(PLACE, KEY, "ssh-ed25519 AAAA")
MIB = 1024**2


def text(files: dict[str, GuestFile], path: str) -> str:
    return files[path].content.decode()


def test_the_same_seed_gives_the_same_disk() -> None:
    assert seed_disk(SEED) == seed_disk(SEED)


def test_the_partition_holds_the_files() -> None:
    disk = seed_disk(SEED)
    assert dict(unpacked(disk[MIB:])) == seed_files(SEED)


@pytest.mark.parametrize("size", [1, MIB, MIB + 1, 3 * MIB - 7])
def test_sfdisk_finds_one_whole_partition_of_our_name(tmp_path: Path, size: int) -> None:
    if shutil.which("sfdisk") is None:
        pytest.skip("needs sfdisk (bin/test installs it)")
    (tmp_path / "disk").write_bytes(partitioned(b"x" * size))
    argv = ["sfdisk", "--verify", f"{tmp_path}/disk"]
    verified = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert "No errors detected" in verified.stdout
    argv = ["sfdisk", "--dump", f"{tmp_path}/disk"]
    (line,) = [
        line
        for line in subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
        if "name=" in line
    ]
    assert 'name="mailstead-seed"' in line
    assert "start=        2048" in line


def test_the_size_is_whole_mebibytes() -> None:
    assert len(seed_disk(SEED)) == 4 * MIB


def test_only_root_reads_the_host_key() -> None:
    assert seed_files(SEED)[f"{ROOM}/host-key"] == GuestFile(KEY.private.reveal(), 0o600)


def test_all_of_it_is_gone_with_the_next_boot() -> None:
    assert all(path.startswith("/run/") for path in seed_files(SEED))


def test_a_caller_may_do_nothing_but_call() -> None:
    assert text(seed_files(SEED), f"{ROOM}/callers") == (
        'restrict,command="/usr/lib/mailstead/agent-session" ssh-ed25519 AAAA\n'
    )


def test_without_a_gateway_the_control_plane_is_the_pools_first_address() -> None:
    rules = text(seed_files(SEED), f"{ROOM}/filter.nft")
    assert "ip saddr 10.255.240.0/20 ip saddr != 10.255.240.1 drop" in rules
    assert "Gateway" not in text(seed_files(SEED), "/run/systemd/network/05-management.network")


def test_of_two_address_families_the_pool_says_which() -> None:
    place = ManagementPlace("02:6e:00:00:01:2c", IPv6Interface("fd00::12c/112"), IPv6Address("fd00::ffff"))
    rules = text(seed_files(Seed(place, KEY, "k")), f"{ROOM}/filter.nft")
    assert "ip6 saddr fd00::/112 ip6 saddr != fd00::ffff drop" in rules
    assert "nd-neighbor-solicit" in rules


@pytest.mark.parametrize("address", ["10.255.241.44/20", "fd00::12c/112"])
def test_nft_understands_the_filter(tmp_path: Path, address: str) -> None:
    if shutil.which("nft") is None:
        pytest.skip("needs nft (bin/test installs it)")
    interface = IPv6Interface(address) if ":" in address else IPv4Interface(address)
    rules = seed_files(Seed(ManagementPlace("02:00:00:00:00:01", interface), KEY, "k"))[f"{ROOM}/filter.nft"]
    said = subprocess.run(["nft", "--check", "--file", "-"], input=rules.content, capture_output=True, check=False)
    if b"Operation not permitted" in said.stderr:
        pytest.skip("needs root")
    assert (said.returncode, said.stderr) == (0, b"")


def test_a_vlan_counts_to_an_address_and_a_card() -> None:
    host = HyperV(address="hv01.example", management_pool=IPv4Network("10.0.0.0/20"))
    places = {management_place(host, vlan) for vlan in range(2, 4095)}
    assert len({place.mac for place in places}) == len({place.address for place in places}) == 4093
    assert all(place.address in IPv4Network("10.0.0.0/20") for place in places)


def test_a_key_is_read_back_as_it_was_written() -> None:
    assert SshKey(Secret(KEY.private.reveal())).public == KEY.public
    assert KEY.public.startswith("ssh-ed25519 ")


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no OpenSSH private key"):
        SshKey(Secret(b"nonsense")).public  # noqa: B018  # reading it is the test
