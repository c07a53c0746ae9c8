"""Certificate chains as presented: whose names they bear, whether they are trusted, what TLSA says of them.
Pure.
"""

import ssl
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256, sha512

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from OpenSSL import crypto


def covers(certificate: x509.Certificate, host: str) -> bool:
    """Say whether a certificate bears *host*, by the rules of RFC 9525 (no common names, one-label
    wildcards).
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    return any(_matches(name, host) for name in names.get_values_for_type(x509.DNSName))


def _matches(pattern: str, host: str) -> bool:
    first, _, rest = pattern.lower().partition(".")
    return pattern.lower() == host.lower() or (first == "*" and rest == host.lower().partition(".")[2])


def trust_fault(chain: Sequence[bytes], authority_pem: bytes | None, now: datetime) -> str:
    """Return why the DER *chain*, leaf first, is not trusted at *now*, or an empty text (RFC 5280 by
    OpenSSL).
    """
    store = crypto.X509Store()
    for root in _roots(authority_pem):
        store.add_cert(crypto.X509.from_cryptography(x509.load_der_x509_certificate(root)))
    store.set_time(now)
    leaf, *others = (crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)) for der in chain)
    try:
        crypto.X509StoreContext(store, leaf, others).verify_certificate()
    except crypto.X509StoreContextError as error:
        return str(error)
    return ""


@cache
def _roots(authority_pem: bytes | None) -> tuple[bytes, ...]:
    if authority_pem is None:
        return tuple(ssl.create_default_context().get_ca_certs(binary_form=True))
    certificates = x509.load_pem_x509_certificates(authority_pem)
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)


def tlsa_matches(value: str, chain: Sequence[bytes]) -> bool:
    """Say whether one TLSA value holds for a chain (RFC 6698 section 2.1, RFC 7672 section 3.1).

    Usage 3 means the leaf, usage 2 an authority that the chain contains; 0 and 1 are unusable for SMTP.
    """
    usage, selector, matching, *data = value.split()
    candidates = {"3": chain[:1], "2": chain[1:] or chain[:1]}.get(usage, ())
    wanted = "".join(data).lower()
    return any(_digest(_selected(der, selector), matching) == wanted for der in candidates)


def _selected(der: bytes, selector: str) -> bytes:
    if selector == "0":
        return der
    key = x509.load_der_x509_certificate(der).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _digest(content: bytes, matching: str) -> str:
    digests = {"1": sha256, "2": sha512}
    return digests[matching](content).hexdigest() if matching in digests else content.hex()
