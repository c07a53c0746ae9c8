"""A guest whose file systems stand still for as long as a moment takes, and never longer.

Whatever happens the guest is thawed: here when the block is left, and by a process of its own (`thawing.py`) when
this one dies or hangs. Source: https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import libvirt
import libvirt_qemu

from mailstead.backup.model import Consistency

from . import thawing

_FREEZE = '{"execute":"guest-fsfreeze-freeze"}'
_STATUS = '{"execute":"guest-fsfreeze-status"}'
_SOON_S = 5

Ask: TypeAlias = Callable[[str, float], Any]  # a request, seconds an answer may take


class Stillness:
    """How still a guest was, and why not more: it is known when the block is left."""

    def __init__(self, reached: Consistency = Consistency.CRASH) -> None:
        self.reached, self.why_not = reached, ""

    def lose(self, why: str) -> None:
        self.reached, self.why_not = Consistency.CRASH, why


def agent_of(domain: libvirt.virDomain) -> Ask:
    """Return the way to ask the agent of a domain's guest; it raises libvirtError."""

    def ask(request: str, seconds: float) -> Any:
        return json.loads(libvirt_qemu.qemuAgentCommand(domain, request, math.ceil(seconds), 0))["return"]

    return ask


@contextmanager
def frozen(ask: Ask, watchdog: list[str], deadline_s: float) -> Iterator[Stillness]:
    """Let the guest's files stand still during the block, if the guest can; the block runs in any case."""
    still = Stillness()
    with _watched(watchdog) as watcher:
        try:
            if ask(_STATUS, _SOON_S) == "frozen":  # a run that died, with its watchdog
                ask(thawing.THAW, _SOON_S)
            ask(_FREEZE, deadline_s)
        except libvirt.libvirtError as error:
            still.lose(" ".join((error.get_error_message() or "no reason given").split()))
            with suppress(libvirt.libvirtError):  # it may have frozen after the deadline
                ask(thawing.THAW, _SOON_S)
        else:
            still.reached = Consistency.FILESYSTEM
        try:
            yield still
        finally:
            if still.reached is Consistency.FILESYSTEM:
                _thaw(ask, still)
            _dismiss(watcher)


def watchdog_argv(domain: libvirt.virDomain, seconds: float) -> list[str]:
    """Return the command of the process that thaws this domain's guest if need be."""
    uri = domain.connect().getURI()
    return [sys.executable, "-m", thawing.__name__, uri, domain.name(), str(seconds)]


def _thaw(ask: Ask, still: Stillness) -> None:
    """Thaw; if there was nothing to thaw, somebody else did it too early."""
    try:
        thawed = ask(thawing.THAW, _SOON_S)
    except libvirt.libvirtError:
        still.lose("the guest did not say whether it stood still to the end")
    else:
        if not thawed:
            still.lose("it took too long, and the guest was thawed before its end")


@contextmanager
def _watched(argv: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the watchdog, and wait until it can thaw."""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as watcher:
        if watcher.stdout:
            watcher.stdout.readline()
        yield watcher


def _dismiss(watcher: subprocess.Popen[bytes]) -> None:
    if watcher.stdin:
        with suppress(BrokenPipeError):
            watcher.stdin.write(b"d")
            watcher.stdin.flush()
