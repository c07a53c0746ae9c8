"""How texts, spans and moments are spelled in CLIXML (MS-PSRP 2.2.5.1, 2.2.5.3.2)."""

import re
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

_STRANGE = re.compile("_[xX]|[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\U00010000-\U0010ffff]")
_ESCAPED = re.compile("_[xX]([0-9A-Fa-f]{4})_")
_SPAN = re.compile(r"(-)?P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,9}))?S)?)?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?")
_MICROSECOND = timedelta(microseconds=1)


def escaped(text: str) -> str:
    """Return *text* fit for an element: what XML cannot carry becomes _xHHHH_, in UTF-16 code units.

    >>> escaped("a\\n<b> _x000A_")
    'a_x000A_&lt;b&gt; _x005F_x000A_'
    """
    return escape(_STRANGE.sub(_code_units, text) if _STRANGE.search(text) else text)


def unescaped(text: str | None) -> str:
    """Undo `escaped`; a lone half of a surrogate pair stays one."""
    if not text or "_" not in text or not _ESCAPED.search(text):
        return text or ""
    joined = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _code_units(match: re.Match[str]) -> str:
    if match[0].startswith("_"):
        return "_x005F_" + match[0][1:]
    raw = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"_x{raw[at]:02X}{raw[at + 1]:02X}_" for at in range(0, len(raw), 2))


def span_text(span: timedelta) -> str:
    """Return an xs:duration in days and seconds.

    >>> span_text(timedelta(days=1, seconds=1.5))
    'P1DT1.500000S'
    """
    ticks = abs(span) // _MICROSECOND
    days, rest = divmod(ticks, 86_400_000_000)
    return f"{'-' if span < timedelta() else ''}P{days}DT{rest // 1_000_000}.{rest % 1_000_000:06}S"


def read_span(text: str) -> timedelta:
    """Read an xs:duration; what is below a microsecond is dropped. Raises ValueError or OverflowError."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f"no TimeSpan: {text[:40]!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:5])
    micro = int((match[6] or "").ljust(6, "0")[:6])
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
    return -span if match[1] else span


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def read_moment(text: str) -> datetime:
    """Read an xs:dateTime to the microsecond; one without a zone is taken as UTC. Raises ValueError."""
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError(f"no DateTime: {text[:40]!r}")
    micro = (match[2] or "").ljust(6, "0")[:6]
    return datetime.fromisoformat(f"{match[1]}.{micro}{(match[3] or 'Z').replace('Z', '+00:00')}")
