"""When backups are made and how long they are kept, in the words that platform file and tenants share."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from .errors import InvalidInput
from .values import Value
from .zones import zone_names

Hours = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A window of the day such as 22:00-05:00; both ends the same: at any time."""


class Rhythm(StrEnum):
    """Which changes a backup asks for between two full ones; each is whole by itself all the same."""

    FULL = "full"
    INCREMENTAL = "incremental"
    DIFFERENTIAL = "differential"


class Keep(Value):
    """How many backups of each kind are kept, and for how many days none goes at all."""

    last: int = Field(default=3, ge=0, le=10_000)
    hourly: int = Field(default=0, ge=0, le=10_000)
    daily: int = Field(default=14, ge=0, le=10_000)
    weekly: int = Field(default=8, ge=0, le=10_000)
    monthly: int = Field(default=12, ge=0, le=10_000)
    yearly: int = Field(default=0, ge=0, le=1_000)
    days: int = Field(default=7, ge=0, le=36_500)

    @model_validator(mode="after")
    def _keeps_something(self) -> Self:
        if not any((self.last, self.hourly, self.daily, self.weekly, self.monthly, self.yearly)):
            remedy = "keep at least one of something"
            raise InvalidInput("this would keep no backup at all", field="keep", value=0, remedy=remedy)
        return self


def hours_of(text: str) -> tuple[time, time]:
    """Return when a window begins and ends.

    >>> hours_of("22:00-05:30")
    (datetime.time(22, 0), datetime.time(5, 30))
    """
    begin, _, end = text.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def _known_zone(name: str) -> str:
    if name not in zone_names():
        remedy = "give a name of the IANA database, such as Europe/Berlin"
        raise InvalidInput(f"there is no time zone {name}", field="time_zone", value=name, remedy=remedy)
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)
