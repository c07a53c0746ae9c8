"""The memory drivers pass the contracts."""

import pytest

from mailstead.dns.drivers.memory import MemoryNameServer, MemoryResolver

from .contract import NameServerContract
from .resolver_contract import ResolverContract


class TestMemoryNameServer(NameServerContract):
    @pytest.fixture
    def server(self) -> MemoryNameServer:
        return MemoryNameServer()


class TestMemoryResolver(ResolverContract):
    @pytest.fixture
    def resolver(self) -> MemoryResolver:
        return MemoryResolver()
