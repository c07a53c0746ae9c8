"""Make src/mailstead/security/common-passwords.bin of a list: one password a line, those tried first on top.

The format is docs/formats/common-passwords.md, where the list is named that the file in the repository was made of.
"""

import sys
from pathlib import Path

from mailstead.security.common import MOST, PATH, fingerprint
from mailstead.security.passwords import LENGTH_MIN


def main() -> None:
    """Read the list that is named, or standard input."""
    text = Path(sys.argv[1]).read_text("utf-8") if sys.argv[1:] else sys.stdin.read()
    long = dict.fromkeys(line.casefold() for line in text.splitlines() if len(line) >= LENGTH_MIN)
    kept = sorted({fingerprint(password) for password in list(long)[:MOST]})
    PATH.write_bytes(b"".join(kept))
    print(f"{len(kept)} passwords, {PATH.stat().st_size} bytes")


main()
