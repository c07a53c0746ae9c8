"""The memory drivers pass the contracts first."""

import pytest

from mailstead.items.drivers.memory import MemoryFiles, MemoryReceiver
from mailstead.items.port import FileSystem, Receiver

from .contract import CONTENT, FileSystemContract, ReceiverContract


class TestMemoryFiles(FileSystemContract):
    @pytest.fixture(scope="class")
    @classmethod
    def files(cls) -> FileSystem:
        return MemoryFiles(CONTENT)


class TestMemoryReceiver(ReceiverContract):
    @pytest.fixture
    def receiver(self) -> Receiver:
        return MemoryReceiver()
