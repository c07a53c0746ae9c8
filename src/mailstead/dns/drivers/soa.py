"""The text of a zone that holds nothing yet. Pure."""

from collections.abc import Sequence


def empty_zone(zone: str, name_servers: Sequence[str], hostmaster: str, serial: int) -> str:
    """Return a zone file with SOA and NS only.

    Negative answers live 60 s (RFC 2308), so that a record that was just published is seen soon.
    """
    soa = f"{zone}. 3600 IN SOA {name_servers[0]}. {hostmaster}. {serial} 3600 900 1209600 60\n"
    return soa + "".join(f"{zone}. 3600 IN NS {name}.\n" for name in name_servers)
