"""BIND 9, the real one, passes the contract."""

import pytest

from mailstead.dns.drivers.bind import BindSettings, bind_name_server
from mailstead.dns.drivers.rfc2136 import Rfc2136NameServer
from mailstead.ground.clock import SystemClock

from .contract import NameServerContract

pytestmark = pytest.mark.host


class TestBind(NameServerContract):
    @pytest.fixture
    def server(self, bind: BindSettings) -> Rfc2136NameServer:
        return bind_name_server(bind, SystemClock())
