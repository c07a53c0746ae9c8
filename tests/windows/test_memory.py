"""The memory driver under the contract."""

import pytest

from mailstead.windows.drivers.memory import MemoryWindows
from mailstead.windows.errors import WindowsSilent

from .contract import GuestRolesContract, Told


class TestMemoryWindows(GuestRolesContract):
    @pytest.fixture
    def silent(self) -> set[str]:
        return set()

    @pytest.fixture
    def roles(self, silent: set[str]) -> MemoryWindows:
        def reach(machine: str) -> None:
            if machine in silent:
                raise WindowsSilent(f"{machine} does not answer", field="machine", remedy="start it")

        return MemoryWindows(reach)

    @pytest.fixture
    def told(self, roles: MemoryWindows, silent: set[str]) -> Told:
        inside = roles.inside("acme")
        return Told(
            inside.need_restart.add,
            inside.broken.add,
            restarts=lambda: inside.restarts,
            silence=lambda: silent.add("acme"),
        )
