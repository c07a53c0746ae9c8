"""Our side of a Kerberos context (RFC 4121), by MIT's library through Debian's python3-gssapi. Decision 0161."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from mailstead.ground.errors import MailsteadError

from .endpoint import Kerberos
from .errors import BadEndpoint, DomainSilent, SignInRefused

HERE = find_spec("gssapi") is not None  # a package of Debian, needed for Kerberos alone
if HERE:
    import gssapi
    from gssapi.raw import ChannelBindings

_KRB5 = 0x96C73A00  # what com_err adds to the codes of RFC 4120 7.5.9, and MIT to those of its library (krb5.h)
_KDC_UNREACHABLE, _REALM_UNKNOWN = 156, 154
_NO_KEY = (141, 195)
_ACCOUNT, _KEY = "see name and realm of the account", "make a keytab of the account as it is now"
_REMEDIES = {
    6: _ACCOUNT,
    7: "give the host's full DNS name as address; setspn -L HOST shows which names the domain knows",
    14: "let the account use AES: msDS-SupportedEncryptionTypes",
    18: "see whether the account is disabled, locked or has ended",
    24: f"{_KEY}: a new password ends the old one",
    32: "take a new ticket (kinit), or give a keytab: with one, tickets renew themselves",
    37: "let this machine and the domain ask the same time source",
    _REALM_UNKNOWN: "name the realm's KDCs in /etc/krb5.conf, or let DNS do it (_kerberos._tcp)",
}


class Ticket:
    """A context with the service HTTP of *host*, bound to *channel* (the application data of RFC 5929).

    Raises BadEndpoint without the library or a keytab that can be read, SignInRefused and DomainSilent.
    """

    def __init__(self, host: str, sign_in: Kerberos, channel: bytes) -> None:
        if not HERE:
            remedy = "install it: apt install python3-gssapi"
            raise BadEndpoint("Kerberos needs a library that is not here", field="sign_in", remedy=remedy)
        self._host, self._sign_in = host, sign_in
        with self._translated():
            self._context = gssapi.SecurityContext(
                name=gssapi.Name(f"HTTP@{host}", gssapi.NameType.hostbased_service),
                creds=_credentials(sign_in),
                mech=gssapi.MechType.kerberos,
                channel_bindings=ChannelBindings(application_data=channel),
                usage="initiate",
            )

    @property
    def complete(self) -> bool:
        return bool(self._context.complete)

    def step(self, token: bytes | None) -> bytes | None:
        with self._translated():
            answer: bytes | None = self._context.step(token)
        return answer

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except gssapi.exceptions.GSSError as error:
            raise self._meaning(error) from error

    def _meaning(self, error: "gssapi.exceptions.GSSError") -> MailsteadError:
        code, user = error.min_code - _KRB5, self._sign_in.user
        why = "; ".join(error.get_all_statuses(error.min_code, is_maj=False))[:200]
        if code == _KDC_UNREACHABLE:
            remedy = "see whether a domain controller can be reached: port 88, /etc/krb5.conf"
            return DomainSilent(f"Kerberos for {self._host}: {why}", field="account", value=user, remedy=remedy)
        remedy = _REMEDIES.get(code, "check account, keytab, and the clocks of both sides")
        if code in _NO_KEY and self._sign_in.keytab:
            why, remedy = f"{self._sign_in.keytab} holds no key of this account", f"{_ACCOUNT}: klist -k shows the keys"
        elif code in _NO_KEY:
            remedy = "give a keytab, or take a ticket: kinit"
        message = f"no Kerberos ticket of {user or 'ours'} for {self._host}: {why}"
        return SignInRefused(message, field="sign_in", value=user, remedy=remedy)


def _credentials(sign_in: Kerberos) -> "gssapi.Credentials":
    user = gssapi.Name(sign_in.user, gssapi.NameType.user) if sign_in.user else None
    store = _store(sign_in.user, sign_in.keytab) if sign_in.keytab else None
    return gssapi.Credentials(name=user, store=store, mechs=[gssapi.MechType.kerberos], usage="initiate")


def _store(user: str, keytab: Path) -> dict[bytes | str, bytes | str]:
    """Keep tickets in memory, for all connections of an account, and begin anew with another file."""
    try:
        with keytab.open("rb"):
            written = keytab.stat().st_mtime_ns
    except OSError as error:
        remedy = "give a keytab that mailstead may read"
        raise BadEndpoint(f"{keytab}: {error.strerror}", field="keytab", value=keytab, remedy=remedy) from error
    cache = sha256(f"{user} {keytab} {written}".encode()).hexdigest()
    return {"client_keytab": f"FILE:{keytab}", "ccache": f"MEMORY:mailstead-{cache}"}
