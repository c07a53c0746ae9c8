"""How a host of the platform file is reached."""

from collections.abc import Callable
from datetime import datetime

from mailstead.remoting.endpoint import Basic, ClientCertificate, Endpoint, Kerberos, Ntlm, SignIn
from mailstead.remoting.errors import BadEndpoint
from mailstead.security.model import Secret
from mailstead.sites.model import Host, HyperV

PASSWORDS = frozenset({"ntlm", "basic"})


def hyperv_of(host: Host) -> HyperV:
    """Return how a Hyper-V host is reached; raise BadEndpoint for a host of another kind."""
    if host.hyperv is None:
        remedy = "name a host whose driver is hyperv: mailstead host list"
        raise BadEndpoint(f"{host.name} is no Hyper-V host", field="host", value=host.name, remedy=remedy)
    return host.hyperv


def password_name(host: str) -> str:
    """Return the name under which the platform's vault keeps the password for a host."""
    return f"host/{host}/password"


def endpoint_of(host: Host, password: Callable[[], Secret]) -> Endpoint:
    """Return where *host* listens; *password* is asked only where one is needed. Raises BadEndpoint."""
    way = hyperv_of(host)
    return Endpoint(way.address, way.configuration, _sign_in(way, password), port=way.port, trust=way.trust)


def refuse_expired(endpoint: Endpoint, now: datetime) -> None:
    """Raise BadEndpoint for a certificate of ours that has ended: a host only hangs up on it."""
    if not isinstance(endpoint.sign_in, ClientCertificate):
        return
    file, until = endpoint.sign_in.certificate, endpoint.sign_in.valid_until()
    if until <= now:
        message = f"our certificate {file} ended on {until:%Y-%m-%d}"
        remedy = "renew it, and map the new one to the account on the host (STEPS.md)"
        raise BadEndpoint(message, field="certificate", value=file, remedy=remedy)


def _sign_in(way: HyperV, password: Callable[[], Secret]) -> SignIn:
    match way.sign_in:
        case "kerberos":
            return Kerberos(way.account, way.keytab)
        case "ntlm":
            return Ntlm(way.account, password())
        case "basic":
            return Basic(way.account, password())
    if way.certificate and way.key:
        return ClientCertificate(way.certificate, way.key)
    remedy = "give both in mailstead.toml"
    raise BadEndpoint("certificate and key are needed to sign in by certificate", field="certificate", remedy=remedy)
