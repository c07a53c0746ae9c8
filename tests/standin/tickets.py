"""The accepting side of Kerberos, as a domain member has it: the service's keytab, and the channel it stands at."""

from importlib.util import find_spec
from pathlib import Path

from mailstead.remoting.tickets import channel_of

if find_spec("gssapi"):
    import gssapi
    from gssapi.raw import ChannelBindings


class NotAccepted(Exception):
    """Nobody signs in with this token."""


class Acceptor:
    """One context. A host with WinRM's CbtHardeningLevel=Strict, so to speak: the channel has to be ours."""

    def __init__(self, keytab: Path, certificate: bytes) -> None:
        self._context = gssapi.SecurityContext(
            creds=gssapi.Credentials(usage="accept", store={"keytab": f"FILE:{keytab}"}),
            channel_bindings=ChannelBindings(application_data=channel_of(certificate)),
            usage="accept",
        )

    @property
    def complete(self) -> bool:
        return bool(self._context.complete)

    @property
    def client_principal(self) -> str:
        return str(self._context.initiator_name)

    def step(self, token: bytes) -> bytes:
        """Raise NotAccepted; what MIT would tell the other side is dropped, as http.sys tells nothing."""
        try:
            back = self._context.step(token)
            content = self._context.complete  # raises what was wrong, where `back` only tells it to the other side
        except gssapi.exceptions.GSSError as error:
            raise NotAccepted from error
        return (back or b"") if content else b""
