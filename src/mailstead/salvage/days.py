"""Days and moments as people say them: "3 November" is that day where the tenant's machine stands. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from mailstead.ground.errors import InvalidInput


def parse_moment(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    """Return what *text* means in *zone*, as UTC; of a day alone its beginning, or its *end*; None for no text.

    Raises InvalidInput. A moment that says its own offset keeps it.

    >>> parse_moment("2026-11-03", ZoneInfo("Europe/Berlin"), end=True)
    datetime.datetime(2026, 11, 3, 22, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    if not text:
        return None
    try:
        day, found = _day(text), datetime.fromisoformat(text)
    except ValueError as error:
        remedy = "write it as 2026-11-03 or 2026-11-03T12:00"
        raise InvalidInput(f"{text!r} is no date", field="date", value=text, remedy=remedy) from error
    if day:
        found = datetime.combine(day, time.max if end else time.min)
    return (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(UTC)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == len("2026-11-03") else None
