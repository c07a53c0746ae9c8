"""A process that thaws a guest should its parent die, or hang, while the guest's files stand still.

    python -m mailstead.backup.drivers.libvirt.thawing URI DOMAIN SECONDS

It says "ready", then waits for its input: a word means all is well; the end, or SECONDS without either, that it has
to thaw. Its status says whether it did (1) or not (0).
"""

import select
import sys
from collections.abc import Callable
from typing import IO

import libvirt
import libvirt_qemu

THAW = '{"execute":"guest-fsfreeze-thaw"}'
_TIMEOUT_S = 10


def watch(parent: IO[bytes], seconds: float, thaw: Callable[[], None]) -> int:
    """Wait for a word from *parent*, then return 0; thaw, and return 1, if none comes."""
    ready, _, _ = select.select([parent], [], [], seconds)
    if ready and parent.read(1):
        return 0
    thaw()
    return 1


def main(uri: str, domain: str, seconds: str) -> int:
    """Watch over a domain's guest."""
    found = libvirt.open(uri).lookupByName(domain)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    return watch(sys.stdin.buffer, float(seconds), lambda: libvirt_qemu.qemuAgentCommand(found, THAW, _TIMEOUT_S, 0))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
