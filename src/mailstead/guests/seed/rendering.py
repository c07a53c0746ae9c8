"""The files of a seed, by the path they get in the guest: all below /run, which every boot begins empty."""

from mailstead.guests.model import GuestFile
from mailstead.sites.management import ManagementPlace

from .model import Seed

ROOM = "/run/mailstead-seed"
_SESSION = "/usr/lib/mailstead/agent-session"  # sshd lets root in only if the key itself names a program
CARD = "management"  # what the guest calls the card
_TABLE = 77  # of routes: answers to a caller leave by the way they came, nothing else does


def seed_files(seed: Seed) -> dict[str, GuestFile]:
    """Return them; the guest's `open-seed` unpacks them and does nothing that is not in them."""
    place = seed.place
    return {
        f"{ROOM}/mac": GuestFile(f"{place.mac}\n".encode()),
        f"{ROOM}/host-key": GuestFile(seed.guest_key.private.reveal(), 0o600),
        f"{ROOM}/callers": GuestFile(f'restrict,command="{_SESSION}" {seed.caller}\n'.encode()),
        f"{ROOM}/listen.conf": GuestFile(f"ListenAddress {place.address.ip}\n".encode()),
        f"{ROOM}/filter.nft": GuestFile(_filter(place).encode()),
        f"/run/systemd/network/05-{CARD}.network": GuestFile(_network(place).encode()),
    }


def _network(place: ManagementPlace) -> str:
    settings = [
        "[Match]",
        f"MACAddress={place.mac}",
        "[Link]",
        "RequiredForOnline=no",
        "[Network]",
        f"Address={place.address}",
        "LinkLocalAddressing=no",
        "IPv6AcceptRA=no",
        "LLMNR=no",
        "MulticastDNS=no",
    ]
    if place.gateway:
        settings += ["[Route]", f"Gateway={place.gateway}", f"Table={_TABLE}"]
        settings += ["[RoutingPolicyRule]", f"From={place.address.ip}", f"Table={_TABLE}"]
    return "\n".join([*settings, ""])


def _filter(place: ManagementPlace) -> str:
    family = "ip" if place.address.version == 4 else "ip6"
    neighbourly = "" if family == "ip" else "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"
    return f"""table inet {CARD}
delete table inet {CARD}
table inet {CARD} {{
    chain in {{
        type filter hook input priority -10; policy accept;
        iifname != {CARD} accept
        {neighbourly}
        {family} saddr {place.pool} {family} saddr != {place.neighbour} drop
        {family} daddr {place.address.ip} tcp dport 22 accept
        drop
    }}
    chain through {{
        type filter hook forward priority -10; policy accept;
        iifname {CARD} drop
        oifname {CARD} drop
    }}
    chain out {{
        type filter hook output priority -10; policy accept;
        oifname != {CARD} accept
        {neighbourly}
        {family} saddr {place.address.ip} tcp sport 22 ct state established accept
        drop
    }}
}}
"""
