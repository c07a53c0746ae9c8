"""What an IMAP server said, cut into answers (RFC 3501, section 7). Pure: bytes in, values out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LITERAL = re.compile(rb"\{(\d+)\}$")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its tag, what it says without its literals, and those."""

    tag: str
    said: bytes
    literals: tuple[bytes, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.said.startswith(b"OK")

    @property
    def why(self) -> str:
        """What a no says, without the time that it took."""
        return re.sub(r" \([\d.+ ]* secs\)\.?$", "", self.said.decode(errors="replace"))


def answers(raw: bytes) -> Iterator[Answer]:
    """Yield what was said; an answer that was cut off is left out.

    >>> [(one.tag, one.said, one.literals) for one in answers(b"* 1 FETCH (X {2}\\r\\nab)\\r\\n1 OK done\\r\\n2 O")]
    [('*', b'1 FETCH (X {2})', (b'ab',)), ('1', b'OK done', ())]
    """
    said, literals, place = b"", list[bytes](), 0
    while (end := raw.find(b"\r\n", place)) >= 0:
        said += raw[place:end]
        place = end + 2
        if found := _LITERAL.search(said):
            length = int(found[1])
            literals.append(raw[place : place + length])
            place += length
            continue
        tag, _, rest = said.partition(b" ")
        yield Answer(tag.decode("ascii", "replace"), rest, tuple(literals))
        said, literals = b"", []
