"""What mailbox users set themselves, and how far: forwarding, a vacation reply, addresses of their own. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self
from unicodedata import category
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import Address
from mailstead.ground.values import Value
from mailstead.ground.zones import zone_names

TARGETS_MOST = 4  # the mail server sends on eight times for each mail; the rest is left to the owner's filters
ROLES = (
    *("abuse", "admin", "administrator", "hostmaster", "info", "mailer-daemon", "noc", "postmaster", "root"),
    *("security", "ssl-admin", "webmaster"),
)
"""Names that speak for a domain (RFC 2142), some to certificate authorities (CA/B BR 3.2.2.4.4): no user's own."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)

_BAD = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")  # they show a text in another order than it has
_TURNS_BACK = frozenset("\u202c\u2069")


class Forwarding(Value):
    """Mail is sent on to all `targets`; with `keep`, it lies in the mailbox, too."""

    targets: tuple[Address, ...] = Field(min_length=1, max_length=TARGETS_MOST)
    keep: bool = True

    @field_validator("targets")
    @classmethod
    def _each_once(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(targets))


class Vacation(Value):
    """Whoever writes is told `text`, once in seven days, from the day `begins` to the day `ends`, both included.

    Days are those of `time_zone`; None: at once, or until it is taken back. Without a subject, the mail's own is used.
    """

    subject: str = Field(default="", max_length=150)
    text: str = Field(min_length=1, max_length=4000)
    begins: date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY)
    ends: date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY)
    time_zone: str = "UTC"

    @field_validator("subject")
    @classmethod
    def _one_line(cls, subject: str) -> str:
        _refuse_control(subject, "subject")
        return subject.strip()

    @field_validator("text")
    @classmethod
    def _plain_text(cls, text: str) -> str:
        lines = text.replace("\r\n", "\n").strip()
        if not lines:
            raise InvalidInput("the reply is empty", field="text", remedy="write something, or take the reply back")
        _refuse_control(lines, "text", but="\n\t")
        return lines

    @field_validator("time_zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in zone_names():
            remedy = "give one of the tz database, such as Europe/Berlin"
            raise InvalidInput(f"{zone!r} is no time zone", field="time_zone", value=zone, remedy=remedy)
        return zone

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.begins and self.ends and self.ends < self.begins:
            remedy = "give a last day that is not before the first one"
            raise InvalidInput("it ends before it begins", field="ends", value=self.ends, remedy=remedy)
        return self

    @property
    def starts_at(self) -> datetime | None:
        """The first moment, in UTC."""
        return None if self.begins is None else _midnight(self.begins, self.time_zone)

    @property
    def over_at(self) -> datetime | None:
        """The first moment after it, in UTC."""
        return None if self.ends is None else _midnight(self.ends + timedelta(days=1), self.time_zone)


class SelfService(Value):
    """What mailbox users may do themselves: how many aliases each may have, and where mail may be forwarded to.

    `forwarding` binds administrators, too: a mailbox that forwards elsewhere is no valid state. `restore_days` is how
    far back they may bring deleted mail of their own back out of backups; 0: not at all.
    """

    aliases: int = Field(default=0, ge=0, le=100)
    forwarding: Literal["anywhere", "own-domains", "off"] = "own-domains"
    restore_days: int = Field(default=0, ge=0, le=365)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _refuse_control(text: str, field: str, but: str = "") -> None:
    """Raise InvalidInput for what is no letter, or turns the order of others for more than a word."""
    if any(category(sign) in _BAD and sign not in but for sign in text):
        remedy = "leave out line ends and control signs" if not but else "leave out control signs"
        raise InvalidInput("there are signs in it that cannot be shown", field=field, remedy=remedy)
    opened = sum(sign in _TURNS for sign in text)
    if opened != sum(sign in _TURNS_BACK for sign in text):
        remedy = "end each change of direction in it"
        raise InvalidInput("it changes the direction of what follows it", field=field, remedy=remedy)
