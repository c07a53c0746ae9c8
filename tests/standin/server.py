"""The stand-in itself: a listener, shells behind it, a world that they work on."""

import ssl
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from ssl import PEM_cert_to_DER_cert
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from mailstead.remoting.calls import Cmdlet

from . import wsman
from .accounts import Accounts
from .certificates import Authority, Pair
from .engine import Engine, Logged
from .faults import Fault, Faults, Kind
from .listener import Listener, Reply
from .role import Role
from .shell import Outbox, Pipe, Shell

DONE, RUNNING = (f"{wsman.NAMES['rsp']}/CommandState/{state}" for state in ("Done", "Running"))


class StandIn:
    """One Windows host: `with StandIn(world, roles, folder) as host:` and connect to host.port.

    `calls` are the calls that were carried out, `actions` counts the WS-Management requests, `faults` are those
    to come. Errors of the simulation itself are kept in `bugs`; leaving raises the first.
    """

    def __init__(
        self,
        world: Any,
        roles: Mapping[str, Role],
        folder: Path,
        *,
        passwords: Mapping[str, str] | None = None,
        authority: Authority | None = None,
        pair: Pair | None = None,
        port: int = 0,
    ) -> None:
        self.world = world
        self.authority = authority or Authority(folder)
        self.accounts = Accounts(passwords or {"svc": "pw"})
        self.faults = Faults()
        self.actions: Counter[str] = Counter()
        self.shells: dict[str, Shell] = {}
        self.bugs: list[Exception] = []
        self.shells_most, self.commands_most, self.delay_s = 30, 1000, 0.0
        self._log: list[Logged] = []
        self._roles = roles
        self.pair = pair or self.authority.issue("localhost")
        tls = _tls(self.pair, self.authority.trust)
        self.listener = Listener(tls, self.accounts, self._serve, port)

    def offer_kerberos(self, keytab: Path) -> None:
        """Let accounts sign in by tickets for the service whose key *keytab* holds."""
        self.accounts.offer_kerberos(keytab, PEM_cert_to_DER_cert(self.pair.certificate.read_text()))

    @property
    def port(self) -> int:
        return self.listener.port

    @property
    def calls(self) -> list[Cmdlet]:
        return [logged.call for logged in self._log]

    @property
    def users(self) -> set[str]:
        return {logged.user for logged in self._log}

    def __enter__(self) -> Self:
        self.listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.listener.stop()
        if self.bugs and error is None:
            raise self.bugs[0]

    async def _serve(self, user: str, body: bytes) -> Reply | None:
        message_id = ""
        try:
            request = wsman.read(body)
            message_id = request.message_id
            self.actions[request.action] += 1
            fault = self.faults.at_action(request.action)
            return await self._under(fault, user, request)
        except wsman.Fault as error:
            return Reply(error.status, wsman.fault_answer(message_id, error))

    async def _under(self, fault: Fault | None, user: str, request: wsman.Request) -> Reply | None:
        match fault and fault.kind:
            case Kind.LOST_REQUEST:
                return None
            case Kind.LOST_ANSWER:
                await self._answer(user, request)
                return None
            case Kind.GARBAGE:
                await self._answer(user, request)
                return Reply(200, b"<html>Bad gateway</html>")
            case Kind.SESSION_LOST:
                self._end(request.shell)
            case Kind.QUOTA:
                raise wsman.too_many_shells(self.shells_most)
        return Reply(200, wsman.answer(request, await self._answer(user, request)))

    async def _answer(self, user: str, request: wsman.Request) -> str:
        match request.action:
            case "Create":
                return self._create(user, request)
            case "Command":
                return self._command(request)
            case "Send":
                return self._send(request)
            case "Receive":
                return await self._receive(request)
            case "Signal":
                return self._signal(request)
            case "Delete":
                self._end(self._shell(request).number)
                return ""
        raise wsman.Fault(None, "a:ActionNotSupported", f"no {request.action} here", 400)

    def _create(self, user: str, request: wsman.Request) -> str:
        configuration = request.resource.removeprefix(wsman.CONFIGURATION)
        if configuration not in self._roles:
            raise wsman.no_configuration(configuration)
        if len(self.shells) >= self.shells_most:
            raise wsman.too_many_shells(self.shells_most)
        number = request.find("rsp:Shell").get("ShellId", str(uuid4())).upper()
        engine = Engine(user, self._roles[configuration], self.world, self.faults, self._log, self.delay_s)
        shell = self.shells[number] = Shell(number, engine, self.bugs)
        shell.feed(b64decode(request.find("rsp:Shell/pwsh:creationXml").text or ""))
        return (
            f"<x:ResourceCreated><a:Address>{request.to}</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{request.resource}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{number}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            "</x:ResourceCreated>"
            f"<rsp:Shell><rsp:ShellId>{number}</rsp:ShellId><rsp:ResourceUri>{request.resource}</rsp:ResourceUri>"
            "<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams></rsp:Shell>"
        )

    def _command(self, request: wsman.Request) -> str:
        shell, line = self._shell(request), request.find("rsp:CommandLine")
        if len(shell.pipes) >= self.commands_most:
            raise wsman.too_many_commands()
        number = UUID(line.get("CommandId", str(uuid4())))
        shell.pipes[number] = Pipe(shell, number)
        shell.feed(b64decode(request.find("rsp:CommandLine/rsp:Arguments").text or ""), number)
        return f"<rsp:CommandResponse><rsp:CommandId>{str(number).upper()}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, request: wsman.Request) -> str:
        shell = self._shell(request)
        for stream in request.body.findall("rsp:Send/rsp:Stream", wsman.NAMES):
            pipe = self._pipe(shell, stream.get("CommandId"))
            shell.feed(b64decode(stream.text or ""), pipe.number if pipe else None)
        return "<rsp:SendResponse/>"

    async def _receive(self, request: wsman.Request) -> str:
        shell, command = self._shell(request), request.find("rsp:Receive/rsp:DesiredStream").get("CommandId")
        pipe = self._pipe(shell, command)
        out: Outbox = pipe.out if pipe else shell.out
        await out.wait(request.timeout_s)
        of = f' CommandId="{command}"' if command else ""
        taken = out.take((request.envelope_most - 2500) * 3 // 4)
        parts = [f'<rsp:Stream Name="stdout"{of}>{b64encode(each).decode()}</rsp:Stream>' for each in taken]
        if pipe:
            state = DONE if out.done and not out.fragments else RUNNING
            parts.append(f'<rsp:CommandState{of} State="{state}"/>')
        return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"

    def _signal(self, request: wsman.Request) -> str:
        shell, signal = self._shell(request), request.find("rsp:Signal")
        pipe = self._pipe(shell, signal.get("CommandId"))
        if pipe and signal.findtext("rsp:Code", "", wsman.NAMES).endswith("ctrl_c"):
            pipe.stop()
        elif pipe:
            shell.forget(pipe)
        return "<rsp:SignalResponse/>"

    def _shell(self, request: wsman.Request) -> Shell:
        if request.shell not in self.shells:
            raise wsman.no_shell(request.shell)
        return self.shells[request.shell]

    @staticmethod
    def _pipe(shell: Shell, number: str | None) -> Pipe | None:
        if not number:
            return None
        if UUID(number) not in shell.pipes:
            raise wsman.no_command(number)
        return shell.pipes[UUID(number)]

    def _end(self, shell: str) -> None:
        if shell in self.shells:
            self.shells.pop(shell).close()


def _tls(pair: Pair, trust: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=trust)
    context.load_cert_chain(pair.certificate, pair.key)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
