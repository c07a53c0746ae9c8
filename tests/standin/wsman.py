"""WS-Management as a shell needs it (MS-WSMV): requests read, answers and faults written."""

import re
from dataclasses import dataclass
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.sax.saxutils import escape

NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "pwsh": "http://schemas.microsoft.com/powershell",
}
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
CONFIGURATION = "http://schemas.microsoft.com/powershell/"
_OF_TRANSFER = ("Create", "Delete")
_DECLARED = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items() if prefix != "pwsh")


@dataclass
class Fault(Exception):
    """A fault as an answer; codes are those of wsmerror.h and winerror.h."""

    code: int | None
    subcode: str
    reason: str
    status: int = 500


def timed_out() -> Fault:
    return Fault(
        0x80338029, "w:TimedOut", "The operation did not complete within the time specified in OperationTimeout."
    )


def no_shell(shell: str) -> Fault:
    reason = f"The shell with ShellId {shell} was not found on the server."
    return Fault(0x8033805B, "w:InvalidSelectors", reason, 400)


def no_command(command: str) -> Fault:
    return Fault(0x8033805B, "w:InvalidSelectors", f"The command with CommandId {command} was not found.", 400)


def disconnected(shell: str) -> Fault:
    return Fault(0x803381C4, "w:InvalidSelectors", f"The shell with ShellId {shell} is disconnected.")


def too_many_shells(most: int) -> Fault:
    reason = f"This user is allowed a maximum number of {most} concurrent shells, which has been exceeded."
    return Fault(0x803381A5, "w:QuotaLimit", reason)


def too_many_commands() -> Fault:
    return Fault(None, "w:InternalError", "The maximum number of concurrent commands per shell has been exceeded.")


def no_configuration(name: str) -> Fault:
    reason = f"Cannot find the {name} session configuration in the WSMan: drive on the computer."
    return Fault(0x80338012, "w:InvalidResourceURI", reason)


def aborted() -> Fault:
    return Fault(995, "w:InternalError", "The I/O operation has been aborted because of an application request.")


def unreadable(why: str) -> Fault:
    return Fault(None, "w:InternalError", f"The WSMan provider host process did not return a proper response. ({why})")


@dataclass(frozen=True)
class Request:
    """One request; `action` without its namespace, times in seconds, sizes in bytes."""

    action: str
    resource: str
    message_id: str
    to: str
    timeout_s: float
    envelope_most: int
    shell: str
    body: Element

    def find(self, path: str) -> Element:
        """Return an element of the body; raise Fault."""
        found = self.body.find(path, NAMES)
        if found is None:
            raise Fault(None, "s:Sender", f"no {path}", 400)
        return found


def read(message: bytes) -> Request:
    """Raise Fault for what is no request."""
    try:
        parser = XMLParser()  # noqa: S314  # what our own client wrote
        parser.feed(message)
        root: Element = parser.close()
    except ParseError as error:
        raise Fault(None, "s:Sender", f"no XML: {error}", 400) from error
    header, body = root.find("s:Header", NAMES), root.find("s:Body", NAMES)
    if header is None or body is None:
        raise Fault(None, "s:Sender", "no envelope", 400)

    def text(path: str, otherwise: str = "") -> str:
        return header.findtext(path, otherwise, NAMES)

    seconds = re.fullmatch(r"PT([\d.]+)S", text("w:OperationTimeout", "PT60S"))
    return Request(
        action=text("a:Action").rsplit("/", 1)[-1],
        resource=text("w:ResourceURI"),
        message_id=text("a:MessageID"),
        to=text("a:To"),
        timeout_s=float(seconds[1]) if seconds else 60.0,
        envelope_most=int(text("w:MaxEnvelopeSize", "512000")),
        shell=text("w:SelectorSet/w:Selector").upper(),
        body=body,
    )


def answer(request: Request, body: str) -> bytes:
    space = NAMES["x"] if request.action in _OF_TRANSFER else NAMES["rsp"]
    return _envelope(request.message_id, f"{space}/{request.action}Response", body)


def fault_answer(message_id: str, fault: Fault) -> bytes:
    reason = escape(fault.reason)
    detail = "" if fault.code is None else (
        f'<s:Detail><f:WSManFault xmlns:f="{FAULT}" Code="{fault.code}" Machine="127.0.0.1">'
        f"<f:Message>{reason}</f:Message></f:WSManFault></s:Detail>"
    )  # fmt: skip
    who = "s:Receiver" if fault.status == 500 else "s:Sender"
    body = (
        f"<s:Fault><s:Code><s:Value>{who}</s:Value><s:Subcode><s:Value>{fault.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason>{detail}</s:Fault>'
    )
    return _envelope(message_id, "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", body)


def _envelope(relates_to: str, action: str, body: str) -> bytes:
    return (
        f'<s:Envelope xml:lang="en-US" {_DECLARED}><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>uuid:{str(uuid4()).upper()}</a:MessageID>"
        "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
        f"<a:RelatesTo>{relates_to}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()
