"""CRC-32C without the final inversion, as ext4 and jbd2 chain it (RFC 3720, appendix B.4 has the polynomial)."""

_POLYNOMIAL = 0x82F63B78
START = 0xFFFFFFFF


def _row(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = tuple(_row(value) for value in range(256))


def crc32c(seed: int, content: bytes) -> int:
    """Go on from *seed* over *content*.

    >>> hex(crc32c(START, b"123456789") ^ START)
    '0xe3069283'
    """
    table, crc = _TABLE, seed
    for byte in content:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc
