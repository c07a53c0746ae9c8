"""A shell of the stand-in: PSRP's server side is psrpcore's, brought to what Windows does where it differs.

Windows writes a byte order mark before each message, does not announce Running, and fails pipelines; and after a
terminating error it goes on with the statements behind it, which the client, told that all has failed, does not see.
"""

import asyncio
import codecs
import time
from collections import deque
from contextlib import suppress
from typing import Any
from uuid import UUID

import psrpcore
from psrpcore import PSRPPayload, ServerPipeline, ServerRunspacePool, StreamType
from psrpcore.types import ErrorRecord, PSInvocationState, PSRPMessageType, PSVersion

from . import wsman
from .engine import Engine, Sent
from .objects import Live, leaving
from .records import PSError, Stopped, Terminated, record_of

FRAGMENT = 32 * 1024
GATHER_S = 0.1
HEADER = 40  # of a message: destination, type, runspace, pipeline (MS-PSRP 2.2.1)
_VERSIONS = {"PSVersion": PSVersion("5.1.20348.2849"), "PSEdition": "Desktop", "WSManStackVersion": PSVersion("3.0")}


class WindowsPool(ServerRunspacePool):
    """Writes each message with the mark that Windows puts before its XML."""

    def prepare_message(self, *arguments: Any, **options: Any) -> None:
        super().prepare_message(*arguments, **options)
        message = self._send_buffer[-1]
        if len(message) > HEADER:
            message._data[HEADER:HEADER] = codecs.BOM_UTF8


class Outbox:
    """Fragments that wait for a Receive."""

    def __init__(self) -> None:
        self.fragments: deque[bytes] = deque()
        self.changed = asyncio.Event()
        self._ended = asyncio.Event()
        self.done = False
        self.aborted = False

    def put(self, fragment: bytes) -> None:
        self.fragments.append(fragment)
        self.changed.set()

    def finish(self) -> None:
        self.done = True
        self.changed.set()
        self._ended.set()

    def abort(self) -> None:
        self.aborted = True
        self.changed.set()
        self._ended.set()

    async def wait(self, seconds: float) -> None:
        """Return when there is something to send; raise Fault when the time is over, or the shell."""
        end = time.monotonic() + seconds
        while not self.fragments and not self.done:
            if self.aborted:
                raise wsman.aborted()
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), max(0.0, end - time.monotonic()))
            except TimeoutError:
                raise wsman.timed_out() from None
        if not self.done:  # more is likely to come at once: one answer is better than two
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), GATHER_S)

    def take(self, room: int) -> list[bytes]:
        taken: list[bytes] = []
        while self.fragments and (not taken or room >= len(self.fragments[0])):
            room -= len(self.fragments[0]) + 100
            taken.append(self.fragments.popleft())
        return taken


class Pipe:
    """One pipeline, and the task that runs it."""

    def __init__(self, shell: "Shell", number: UUID) -> None:
        self.number = number
        self.out = Outbox()
        self.names: tuple[str, ...] = ()
        self._shell = shell
        self._server = ServerPipeline(shell.pool, number)
        self._task: asyncio.Task[None] | None = None
        self._unseen = False

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, commands: list[Any]) -> None:
        statements: list[list[Sent]] = [[]]
        for command in commands:
            sent = Sent(command.command_text, tuple(command.parameters), is_script=command.is_script)
            statements[-1].append(sent)
            if command.end_of_statement:
                statements.append([])
        self.names = tuple(sent.name for statement in statements for sent in statement)
        self._task = asyncio.get_running_loop().create_task(self._run([s for s in statements if s]))

    def stop(self) -> None:
        if self._task and self.running:
            self._task.cancel()
            self._server.stop()
            self._shell.flush()
        self.out.finish()

    def end(self) -> None:
        if self._task:
            self._task.cancel()
        self.out.abort()

    def error(self, record: ErrorRecord) -> None:
        self._send(self._server.prepare_message, record, message_type=PSRPMessageType.ErrorRecord)

    def warning(self, text: str) -> None:
        self._send(self._server.write_warning, text)

    async def _run(self, statements: list[list[Sent]]) -> None:
        self._server._change_state(PSInvocationState.Running, emit=False)
        try:
            for statement in statements:
                try:
                    for live in await self._shell.engine.run(statement, self):
                        self._output(live)
                except Terminated as error:
                    self._finish(PSInvocationState.Failed, error.record)
                    self._unseen = True
            self._finish(PSInvocationState.Completed)
        except Stopped as error:
            self._finish(PSInvocationState.Failed, error.record)
        except Exception as error:  # noqa: BLE001  # a bug of the simulation shows in the test, and hangs nothing
            self._shell.bugs.append(error)
            record = record_of(PSError(f"stand-in: {error!r}", error_id="Bug"), "")
            self._finish(PSInvocationState.Failed, record)

    def _output(self, live: Live) -> None:
        self._send(self._server.write_output, leaving(live))

    def _send(self, write: Any, *arguments: object, **options: object) -> None:
        if not self._unseen:
            write(*arguments, **options)
            self._shell.flush()

    def _finish(self, state: PSInvocationState, record: ErrorRecord | None = None) -> None:
        if not self._unseen:
            self._server._change_state(state, error=record)
            self._shell.flush()
            self.out.finish()


class Shell:
    """One shell with its pipelines."""

    def __init__(self, number: str, engine: Engine, bugs: list[Exception]) -> None:
        self.number = number
        self.engine = engine
        self.bugs = bugs
        self.pool = WindowsPool(application_private_data={"PSVersionTable": _VERSIONS})
        self.out = Outbox()
        self.pipes: dict[UUID, Pipe] = {}
        self.used = time.monotonic()

    def feed(self, fragments: bytes, pipe: UUID | None = None) -> None:
        """Take what the client sent; raise Fault for what a Windows host could not read either."""
        self.pool.receive_data(PSRPPayload(fragments, StreamType.default, pipe))
        while (event := self._event()) is not None:
            match event:
                case psrpcore.CreatePipelineEvent():
                    self.pipes[event.pipeline_id].start(event.pipeline.commands)
                case psrpcore.GetAvailableRunspacesEvent():
                    self.pool.runspace_availability_response(event.ci, self.pool.max_runspaces)
        self.flush()

    def flush(self) -> None:
        while (payload := self.pool.data_to_send(FRAGMENT)) is not None:
            pipe = self.pipes.get(payload.pipeline_id) if payload.pipeline_id else None
            (pipe.out if pipe else self.out).put(payload.data)

    def forget(self, pipe: Pipe) -> None:
        pipe.end()
        self.pipes.pop(pipe.number, None)
        self.pool.pipeline_table.pop(pipe.number, None)

    def close(self) -> None:
        for pipe in list(self.pipes.values()):
            pipe.end()
        self.out.abort()

    def _event(self) -> Any:
        try:
            return self.pool.next_event()
        except Exception as error:
            raise wsman.unreadable(str(error)) from error
