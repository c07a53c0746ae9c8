"""What every issuer behind the port must do."""

from itertools import pairwise

import pytest
from cryptography import x509

from mailstead.certificates.errors import BadRequest
from mailstead.certificates.keys import new_key, read_chain, signing_request, spki
from mailstead.certificates.port import Issuer

NAMES = ("mail.acme.example", "acme.example", "mta-sts.acme.example")


class IssuerContract:
    def test_the_chain_begins_with_a_certificate_for_the_key_and_all_names(self, issuer: Issuer) -> None:
        key = new_key()
        certificate = read_chain(issuer.issue(NAMES, signing_request(key, NAMES)), 1)
        assert set(certificate.names) == set(NAMES)
        assert certificate.spki == spki(key)
        assert certificate.not_before < certificate.not_after

    def test_each_certificate_is_signed_by_the_next_and_the_root_is_left_out(self, issuer: Issuer) -> None:
        chain = issuer.issue(NAMES, signing_request(new_key(), NAMES))
        certificates = x509.load_pem_x509_certificates(chain.encode())
        assert len(certificates) >= 2
        for one, other in pairwise(certificates):
            one.verify_directly_issued_by(other)
        assert all(certificate.issuer != certificate.subject for certificate in certificates)

    def test_it_serves_tls_and_signs_no_others(self, issuer: Issuer) -> None:
        chain = issuer.issue(NAMES, signing_request(new_key(), NAMES))
        extensions = x509.load_pem_x509_certificates(chain.encode())[0].extensions
        assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert x509.oid.ExtendedKeyUsageOID.SERVER_AUTH in usage

    def test_two_certificates_have_two_serials(self, issuer: Issuer) -> None:
        key = new_key()
        chains = [issuer.issue(NAMES, signing_request(key, NAMES)) for _ in range(2)]
        serials = {x509.load_pem_x509_certificates(chain.encode())[0].serial_number for chain in chains}
        assert len(serials) == 2

    def test_a_request_for_other_names_is_refused(self, issuer: Issuer) -> None:
        request = signing_request(new_key(), ("mail.globex.example",))
        with pytest.raises(BadRequest) as caught:
            issuer.issue(NAMES, request)
        assert caught.value.value == "mail.globex.example"

    def test_what_is_no_request_is_refused(self, issuer: Issuer) -> None:
        with pytest.raises(BadRequest):
            issuer.issue(NAMES, "nonsense")
