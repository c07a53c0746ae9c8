"""Key pairs, signing requests and certificates as bytes and values. No I/O."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from mailstead.security.model import Secret

from .errors import BadRequest
from .model import Certificate


def new_key() -> Secret:
    """Return a new ECDSA P-256 private key, PKCS#8 in PEM."""
    return sealed(ec.generate_private_key(ec.SECP256R1()))


def sealed(key: ec.EllipticCurvePrivateKey) -> Secret:
    """Return a private key as unencrypted PKCS#8 in PEM; it goes to the vault, which encrypts it."""
    form = serialization.PrivateFormat.PKCS8
    return Secret.of(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def load_key(pem: Secret) -> ec.EllipticCurvePrivateKey:
    """Read a private key of ours; raise BadRequest, showing nothing of it, when it is none."""
    try:
        key = serialization.load_pem_private_key(pem.reveal(), password=None)
    except ValueError:
        raise _no_key() from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _no_key()
    return key


def _no_key() -> BadRequest:
    return BadRequest("that is no elliptic-curve private key", field="key", remedy="make one with keys.new_key")


def signing_request(key: Secret, names: tuple[str, ...]) -> str:
    """Return a PKCS#10 request for *names* in PEM; the first name, if short enough, is the common name."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, names[0])] if len(names[0]) <= 64 else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    request = builder.add_extension(alternatives, critical=not subject).sign(load_key(key), hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def read_request(csr_pem: str, names: tuple[str, ...]) -> x509.CertificateSigningRequest:
    """Read a request and see that it is signed by its own key and asks for exactly *names*."""
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
    except ValueError as error:
        raise BadRequest("that is no signing request", field="csr", remedy="give PKCS#10 in PEM") from error
    if not request.is_signature_valid:
        raise BadRequest("the signing request is not signed by its key", field="csr", remedy="make a new one")
    if set(_alternatives(request.extensions)) != set(names) or not names:
        asked = ", ".join(_alternatives(request.extensions)) or "no name"
        raise BadRequest(
            f"the request asks for {asked}", field="csr", value=asked, remedy=f"ask for {', '.join(names)}"
        )
    return request


def read_chain(chain: str, generation: int) -> Certificate:
    """Return the certificate that *chain* (PEM, leaf first) is about."""
    leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    return Certificate(
        generation=generation,
        names=_alternatives(leaf.extensions),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        chain=chain,
        spki=_spki(leaf.public_key()),
    )


def spki(key: Secret) -> str:
    """Return the SHA-256 (hex) of a private key's public half, as TLSA 3 1 1 wants it."""
    return _spki(load_key(key).public_key())


def _spki(key: CertificatePublicKeyTypes) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key.public_bytes(serialization.Encoding.DER, form))
    return digest.finalize().hex()


def _alternatives(extensions: x509.Extensions) -> tuple[str, ...]:
    try:
        found = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(found.get_values_for_type(x509.DNSName))
