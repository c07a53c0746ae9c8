"""nginx: the MTA-STS policy (RFC 8461) and what mail programs ask before their first login; static only."""

from collections.abc import Iterator

from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.model import HostedDomain, MailHost

from .clients import PROFILE_PATH, apple_profile
from .templates import CIPHERS, fill

_FOLDER = "/srv/mailstead"
_MAX_AGE_S = {"enforce": 604800, "testing": 86400, "none": 86400}


def files(host: MailHost) -> Iterator[ConfigFile]:
    servers = "".join(fill("nginx-domain.conf", domain=domain.name) for domain in host.domains)
    yield ConfigFile.of("/etc/nginx/nginx.conf", fill("nginx.conf", ciphers=CIPHERS, servers=servers))
    for domain in host.domains:
        yield from _pages(host, domain)


def _pages(host: MailHost, domain: HostedDomain) -> Iterator[ConfigFile]:
    folder = f"{_FOLDER}/{domain.name}"
    policy = fill("mta-sts.txt", mode=domain.mta_sts, host=host.name, max_age=str(_MAX_AGE_S[domain.mta_sts]))
    yield ConfigFile.of(f"{folder}/.well-known/mta-sts.txt", policy.replace("\n", "\r\n"))
    for path, template in (
        ("mail/config-v1.1.xml", "autoconfig.xml"),
        ("autodiscover/autodiscover.xml", "autodiscover.xml"),
    ):
        yield ConfigFile.of(f"{folder}/{path}", fill(template, domain=domain.name, host=host.name))
    yield ConfigFile.of(f"{folder}{PROFILE_PATH}", apple_profile(host.name, domain.name))
