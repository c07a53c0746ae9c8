"""Lists of tag=value pairs, in which DKIM keys, DMARC policies and MTA-STS announcements are written.
Pure.
"""

import re

_PAIR = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(.*?)\s*", re.DOTALL)


def read_tags(text: str) -> dict[str, str] | None:
    """Return tags in their order, or None where the text is no such list or names a tag twice (RFC 6376
    section 3.2).

    >>> read_tags("v=DMARC1; p=reject;")
    {'v': 'DMARC1', 'p': 'reject'}
    """
    found: dict[str, str] = {}
    for part in text.rstrip("; \t").split(";"):
        match = _PAIR.fullmatch(part)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2]
    return found
