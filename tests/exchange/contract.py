"""What drivers of recovery databases do. A subclass gives `exchange`, with Anna at acme, and `told`, its back door.

Before Anna tidied up, INBOX held a, b and Work held c; now INBOX holds a. The disk of that time is lent at place 2.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from mailstead.exchange.errors import ExchangeRefused, ExchangeSilent, NoSuchMailbox, NotClean, RecoveryTaken
from mailstead.exchange.model import Home, Lent, Progress, State, Wish
from mailstead.exchange.port import RecoveryDatabases

ANNA = "anna@acme.example"
OLDER = {"INBOX": {"a", "b"}, "Work": {"c"}}
LENT = Lent(2, 8 << 30)


@dataclass(frozen=True)
class Told:
    """What a test may do, and see, behind the driver's back."""

    held: Callable[[], dict[str, set[str]]]
    tear: Callable[[], None]
    break_copying: Callable[[str], None]
    is_clear: Callable[[], bool]


def wish(home: Home, folder: str = "", into: str = "") -> Wish:
    return Wish(home.mailbox, ANNA, folder, into)


def mounted(exchange: RecoveryDatabases, run: str = "order-1") -> Home:
    home = exchange.home("acme", ANNA)
    exchange.show("acme", LENT)
    exchange.recover("acme", home)
    exchange.mount("acme", home, run=run)
    return home


def given_back(exchange: RecoveryDatabases, run: str = "order-1") -> Progress:
    """Ask how far it is until it has ended."""
    for _ in range(5):
        found = exchange.progress("acme", run=run)
        if found.state is not State.UNDER_WAY:
            return found
    raise AssertionError("it never ends")


class RecoveryContract:
    """The behaviours."""

    def test_a_mailbox_lives_somewhere_and_one_that_is_not_there_is_told(self, exchange: RecoveryDatabases) -> None:
        home = exchange.home("acme", ANNA)
        assert (home.server, home.prefix, home.on_system) == ("EX1", "E00", False)
        with pytest.raises(NoSuchMailbox):
            exchange.home("acme", "nobody@acme.example")

    def test_a_whole_mailbox_comes_back_into_a_folder_and_nothing_stays_behind(
        self, exchange: RecoveryDatabases, told: Told
    ) -> None:
        home = mounted(exchange)
        exchange.give_back("acme", wish(home, into="Restored"), run="order-1")
        assert given_back(exchange) == Progress(State.DONE, 3, 3)
        exchange.take_away("acme", run="order-1")
        exchange.hide("acme")
        assert told.held() == {"INBOX": {"a"}, "Restored/INBOX": {"a", "b"}, "Restored/Work": {"c"}}
        assert told.is_clear()

    def test_one_folder_comes_back_to_where_it_was(self, exchange: RecoveryDatabases, told: Told) -> None:
        home = mounted(exchange)
        exchange.give_back("acme", wish(home, "INBOX"), run="order-1")
        assert given_back(exchange).items == 2
        assert told.held() == {"INBOX": {"a", "b"}}

    def test_every_verb_may_be_repeated(self, exchange: RecoveryDatabases, told: Told) -> None:
        home = exchange.home("acme", ANNA)
        for _ in range(2):
            exchange.show("acme", LENT)
        for _ in range(2):
            exchange.recover("acme", home)
        for _ in range(2):
            exchange.mount("acme", home, run="order-1")
        for _ in range(2):
            exchange.give_back("acme", wish(home, "Work"), run="order-1")
        assert given_back(exchange) == given_back(exchange) == Progress(State.DONE, 1, 1)
        for _ in range(2):
            exchange.take_away("acme", run="order-1")
        for _ in range(2):
            exchange.hide("acme")
        assert told.is_clear()

    def test_a_database_that_is_not_clean_is_not_mounted(self, exchange: RecoveryDatabases) -> None:
        home = exchange.home("acme", ANNA)
        exchange.show("acme", LENT)
        with pytest.raises(ExchangeRefused):
            exchange.mount("acme", home, run="order-1")

    def test_logs_that_cannot_be_replayed_are_told(self, exchange: RecoveryDatabases, told: Told) -> None:
        told.tear()
        exchange.show("acme", LENT)
        with pytest.raises(NotClean) as refused:
            exchange.recover("acme", exchange.home("acme", ANNA))
        assert refused.value.remedy

    def test_one_recovery_database_is_mounted_at_a_time(self, exchange: RecoveryDatabases) -> None:
        home = mounted(exchange, "order-1")
        with pytest.raises(RecoveryTaken):
            exchange.mount("acme", home, run="order-2")
        exchange.take_away("acme", run="order-2")
        exchange.give_back("acme", wish(home), run="order-1")

    def test_a_mailbox_that_the_backup_does_not_hold_is_told(self, exchange: RecoveryDatabases) -> None:
        home = mounted(exchange)
        with pytest.raises(NoSuchMailbox):
            exchange.mount("acme", replace(home, mailbox=UUID(int=1)), run="order-1")

    def test_a_request_that_fails_says_why(self, exchange: RecoveryDatabases, told: Told) -> None:
        told.break_copying("the mailbox is full")
        exchange.give_back("acme", wish(mounted(exchange)), run="order-1")
        found = given_back(exchange)
        assert (found.state, found.why) == (State.FAILED, "the mailbox is full")

    def test_how_far_nothing_is_cannot_be_asked(self, exchange: RecoveryDatabases) -> None:
        with pytest.raises(ExchangeRefused):
            exchange.progress("acme", run="order-9")

    def test_a_disk_that_windows_does_not_see_yet_is_waited_for(self, exchange: RecoveryDatabases, told: Told) -> None:
        with pytest.raises(ExchangeSilent):
            exchange.show("acme", replace(LENT, place=7))
        exchange.show("acme", LENT)
