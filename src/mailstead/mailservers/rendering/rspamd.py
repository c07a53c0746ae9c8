"""Rspamd 3.4: signs what our people send, checks what comes in, and asks nothing of the internet but DNS."""

import base64
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.model import DkimKey, MailHost

from .templates import fill, text

_LOCAL = "/etc/rspamd/local.d"
_OVERRIDE = "/etc/rspamd/override.d"  # where local.d would only add to a list
_KEYS = "/etc/rspamd/mailstead"
_OFF = (  # what asks the internet or Redis, and what nobody here configures: each costs time at the start
    "antivirus", "asn", "aws_s3", "bimi", "clickhouse", "dcc", "elastic", "external_relay", "external_services",
    "fuzzy_check", "greylist", "history_redis", "http_headers", "metadata_exporter", "metric_exporter", "mid",
    "multimap", "mx_check", "neural", "p0f", "phishing", "ratelimit", "rbl", "replies", "reputation",
    "rspamd_update", "spamassassin", "spamtrap", "surbl", "trie", "url_redirector", "whitelist",
)  # fmt: skip
_FIXED = {
    f"{_LOCAL}/actions.conf": "reject = 15;\nadd_header = 6;\ngreylist = null;\n",
    f"{_LOCAL}/logging.inc": 'type = "console";\nlevel = "notice";\n',
    f"{_LOCAL}/worker-controller.inc": "enabled = false;\n",
    f"{_LOCAL}/worker-normal.inc": "enabled = false;\n",
    f"{_OVERRIDE}/mime_types.conf": 'file = "${CONFDIR}/maps.d/mime_types.inc";\n',
}
_TEMPLATES = {
    f"{_LOCAL}/classifier-bayes.conf": "rspamd-bayes.conf",
    f"{_LOCAL}/milter_headers.conf": "rspamd-milter_headers.conf",
    f"{_LOCAL}/rspamd.lua": "rspamd-local.lua",
    f"{_LOCAL}/worker-proxy.inc": "rspamd-proxy.inc",
}


def files(host: MailHost) -> Iterator[ConfigFile]:
    resolvers = ", ".join(f'"{_server(address)}"' for address in host.link.resolvers)
    signing = "".join(_signing(domain.name, domain.dkim) for domain in host.domains if domain.dkim)
    yield ConfigFile.of(f"{_OVERRIDE}/options.inc", fill("rspamd-options.inc", resolvers=resolvers))
    yield ConfigFile.of(f"{_LOCAL}/dkim_signing.conf", fill("rspamd-dkim_signing.conf", domains=signing))
    for path, template in _TEMPLATES.items():
        yield ConfigFile.of(path, text(template))
    for path, content in _FIXED.items():
        yield ConfigFile.of(path, content)
    for module in _OFF:
        yield ConfigFile.of(f"{_LOCAL}/{module}.conf", "enabled = false;\n")
    for domain in host.domains:
        for key in domain.dkim:
            yield ConfigFile.of(_key_path(domain.name, key), _key(key), 0o640, "root:_rspamd")


def _signing(domain: str, keys: tuple[DkimKey, ...]) -> str:
    entries = ", ".join(f'{{ selector = "{key.selector}"; path = "{_key_path(domain, key)}"; }}' for key in keys)
    return f'    "{domain}" {{ selectors = [{entries}]; }}\n'


def _key_path(domain: str, key: DkimKey) -> str:
    return f"{_KEYS}/{domain}.{key.selector}.key"


def _key(key: DkimKey) -> bytes:
    """Return the key as Rspamd reads it: RSA as PEM, Ed25519 as the bare seed in base64."""
    if key.algorithm == "rsa":
        return key.private_pem
    private = load_pem_private_key(key.private_pem, password=None)
    assert isinstance(private, Ed25519PrivateKey)  # noqa: S101 - DkimKey says so
    return base64.b64encode(private.private_bytes_raw()) + b"\n"


def _server(address: IPv4Address | IPv6Address) -> str:
    """Without brackets Rspamd takes the groups of an IPv6 address for ports, and then has no resolver at all."""
    return f"[{address}]:53" if address.version == 6 else f"{address}:53"
