"""Module Microsoft.PowerShell.Diagnostics, simulated: the event logs of a host."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import diagnostics as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError

READER = "System.Diagnostics.Eventing.Reader."


@dataclass(eq=False)
class Event(Live):
    """One event; `message` None: its text is not installed on the host."""

    TYPES = (READER + "EventLogRecord", READER + "EventRecord", "System.Object")
    log: str
    number: int
    level: int
    created: datetime
    message: str | None

    def shown(self) -> dict[str, object]:
        return {
            "Id": self.number,
            "Level": self.level,
            "LogName": self.log,
            "TimeCreated": self.created,
            "Message": self.message,
        }


@simulates(declared.GetWinEvent)
def get_events(run: Run, call: declared.GetWinEvent) -> Iterator[Event]:
    found = sorted((event for event in run.world.events if event.log in call.LogName), key=lambda event: event.created)
    if not found:
        text = "No events were found that match the specified selection criteria."
        run.error(PSError(text, ErrorCategory.ObjectNotFound, "NoMatchingEventsFound"))
    return islice(reversed(found), call.MaxEvents)
