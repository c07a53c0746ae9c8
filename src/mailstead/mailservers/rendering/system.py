"""The machine under the mail server: name, network, resolver, certificate."""

from collections.abc import Iterator

from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.model import Link, MailHost

from .templates import fill


def files(host: MailHost) -> Iterator[ConfigFile]:
    pem = host.identity.key_pem.rstrip() + b"\n" + host.identity.chain_pem
    yield ConfigFile.of("/etc/hostname", f"{host.name}\n")
    yield ConfigFile.of("/etc/mailname", f"{host.name}\n")
    yield ConfigFile.of("/etc/hosts", _hosts(host))
    yield ConfigFile.of("/etc/resolv.conf", _resolvers(host.link))
    yield ConfigFile.of("/etc/systemd/network/10-mailstead.network", _network(host.link))
    yield ConfigFile.of("/etc/mailstead/tls.pem", pem, 0o600)


def _hosts(host: MailHost) -> str:
    own = "".join(
        f"{link.ip} {host.name}\n" for link in (host.link.ipv4, host.link.ipv6, host.link.public_ipv6) if link
    )
    return f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{own}"


def _resolvers(link: Link) -> str:
    servers = "".join(f"nameserver {address}\n" for address in link.resolvers)
    return f"{servers}options edns0 trust-ad timeout:3 attempts:2\n"


def _network(link: Link) -> str:
    return fill(
        "network",
        mac=link.mac,
        ipv4=str(link.ipv4),
        ipv6=str(link.ipv6),
        public_ipv6=f"Address={link.public_ipv6}\n" if link.public_ipv6 else "",
        ipv4_gateway=str(link.ipv4_gateway),
        ipv6_gateway=str(link.ipv6_gateway),
    )
