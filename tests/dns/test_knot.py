"""Knot DNS, the real one, passes the contract."""

import pytest

from mailstead.dns.drivers.knot import KnotSettings, knot_name_server
from mailstead.dns.drivers.rfc2136 import Rfc2136NameServer
from mailstead.ground.clock import SystemClock

from .contract import NameServerContract

pytestmark = pytest.mark.host


class TestKnot(NameServerContract):
    @pytest.fixture
    def server(self, knot: KnotSettings) -> Rfc2136NameServer:
        return knot_name_server(knot, SystemClock())
