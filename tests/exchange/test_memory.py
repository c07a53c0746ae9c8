"""The driver in memory under the contract."""

import pytest

from mailstead.exchange.drivers.memory import MemoryExchange
from mailstead.exchange.errors import ExchangeSilent
from mailstead.exchange.port import RecoveryDatabases

from .contract import ANNA, LENT, OLDER, RecoveryContract, Told


class TestMemoryExchange(RecoveryContract):
    @pytest.fixture
    def exchange(self) -> RecoveryDatabases:
        def lent(machine: str, place: int) -> None:
            if place != LENT.place:
                raise ExchangeSilent(f"{machine} has no disk at {place}", field="disk")

        made = MemoryExchange(lent=lent)
        made.inside("acme").mailboxes[ANNA] = {"INBOX": {"a"}}
        made.inside("acme").older = {ANNA: OLDER}
        return made

    @pytest.fixture
    def told(self, exchange: MemoryExchange) -> Told:
        server = exchange.inside("acme")
        return Told(
            held=lambda: server.mailboxes[ANNA],
            tear=lambda: setattr(server, "torn", True),
            break_copying=lambda why: setattr(server, "breaks", why),
            is_clear=lambda: (server.mounted, server.requests, server.sees) == ("", {}, None),
        )
