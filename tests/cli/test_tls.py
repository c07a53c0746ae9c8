"""What `mailstead serve` speaks before anybody is asked who they are."""

import ssl

from mailstead.cli.serve.server import tls_context


def test_nothing_older_than_tls_1_2_and_no_weak_cipher_is_spoken() -> None:
    context = tls_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.maximum_version >= ssl.TLSVersion.TLSv1_3 or context.maximum_version < 0  # -1: the newest
    ciphers = [cipher["name"] for cipher in context.get_ciphers()]
    assert ciphers
    assert not [name for name in ciphers if any(bad in name for bad in ("NULL", "RC4", "DES", "MD5", "EXP", "anon"))]
    assert not [cipher["name"] for cipher in context.get_ciphers() if cipher["strength_bits"] < 128]
