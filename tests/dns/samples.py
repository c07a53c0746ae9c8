"""The mail domains that the tests speak of."""

from base64 import b64encode
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from mailstead.dns.model import DkimKey, MailNaming

RSA = DkimKey("ms-rsa", "rsa", b64encode(bytes(294)).decode())
ED25519 = DkimKey("ms-ed25519", "ed25519", b64encode(bytes(32)).decode())
ACME = MailNaming(
    domain="acme.example",
    mail_host="mail.acme.example",
    ipv4=IPv4Address("203.0.113.7"),
    ipv6=IPv6Address("2001:db8:6d73::7"),
    dkim=(RSA, ED25519),
    tlsa=("ab" * 32,),
    issuers=("ca.mailstead.example",),
)
SECOND = replace(ACME, domain="acme-shop.example")
