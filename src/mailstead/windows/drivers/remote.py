"""Windows guests over PowerShell Remoting, through the JEA endpoint Mailstead.Guest: one look is one batch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailstead.ground.errors import MailsteadError, OutcomeUnknown, Unreachable
from mailstead.ground.plans import ChangePlan
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, batch
from mailstead.remoting.cmdlets.management import RestartService
from mailstead.remoting.cmdlets.servermanager import GetWindowsFeature
from mailstead.remoting.errors import CommandRejected, NoSuchObject, WrongState
from mailstead.remoting.port import Remote
from mailstead.windows.errors import NoSuchWindowsPart, WindowsAnswerLost, WindowsRefused, WindowsSilent
from mailstead.windows.model import Feature, GuestState, Item

from .calling import questions, statements
from .reading import feature, restart_needed, state


class RemoteWindows:
    """A `port.GuestRoles`. *reach* gives the way to a guest; it may raise what says that there is none."""

    def __init__(self, reach: Callable[[str], Remote]) -> None:
        self._reach = reach

    def answers(self, machine: str) -> bool:
        try:
            self._run(machine, questions(GuestState()))
        except Unreachable:
            return False
        return True

    def features(self, machine: str) -> tuple[Feature, ...]:
        return tuple(map(feature, self._run(machine, GetWindowsFeature()).all("Feature")))

    def found(self, machine: str, about: GuestState) -> GuestState:
        return state(self._run(machine, questions(about)), about)

    def apply(self, machine: str, plan: ChangePlan[Item]) -> bool:
        work = statements(plan)
        return restart_needed(self._run(machine, batch(*work))) if work else False

    def restart_service(self, machine: str, name: str) -> None:
        self._run(machine, RestartService(Name=(name,), Force=True))

    def _run(self, machine: str, work: Work) -> Answer:
        with _in_our_words(machine):
            return self._reach(machine).run(work)


@contextmanager
def _in_our_words(machine: str) -> Iterator[None]:
    """Turn what `remoting` raises into this chapter's errors; what is denied or refused as an argument stays."""
    try:
        yield
    except OutcomeUnknown as error:
        raise _told(WindowsAnswerLost, machine, error) from error
    except Unreachable as error:
        raise _told(WindowsSilent, machine, error) from error
    except NoSuchObject as error:
        raise _told(NoSuchWindowsPart, machine, error) from error
    except (CommandRejected, WrongState) as error:
        raise _told(WindowsRefused, machine, error) from error


def _told(kind: type[MailsteadError], machine: str, error: MailsteadError) -> MailsteadError:
    return kind(f"Windows of {machine}: {error.message}", field=error.field, value=error.value, remedy=error.remedy)
