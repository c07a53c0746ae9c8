"""The texts that mail policies are written in: SPF, DKIM, DMARC, MTA-STS, TLS-RPT. Pure."""

from hashlib import sha256

from .model import DkimKey, MailNaming

MAX_AGE_S = 7 * 24 * 3600


def spf(naming: MailNaming) -> str:
    """Return the SPF policy (RFC 7208): the machine's addresses and nobody else.

    Addresses, not `mx`: no lookup is spent, of which receivers allow ten (section 4.6.4).
    """
    ipv4 = [f"ip4:{naming.ipv4}"] if naming.ipv4 else []
    ipv6 = [f"ip6:{naming.ipv6}"] if naming.ipv6 else []
    return " ".join(["v=spf1", *ipv4, *ipv6, "-all"])


def dkim(key: DkimKey) -> str:
    """Return the key record (RFC 6376 section 3.6.1); `s=email` keeps the key from other uses."""
    return f"v=DKIM1; k={key.algorithm}; s=email; p={key.public}"


def dmarc(naming: MailNaming) -> str:
    """Return the DMARC policy (RFC 9989), reports to the domain's own postmaster."""
    return f"v=DMARC1; p={naming.dmarc}; rua=mailto:postmaster@{naming.domain}"


def tls_report(naming: MailNaming) -> str:
    """Return where failed TLS is to be reported (RFC 8460)."""
    return f"v=TLSRPTv1; rua=mailto:postmaster@{naming.domain}"


def mta_sts_policy(naming: MailNaming) -> str:
    """Return the policy that https://mta-sts.<domain>/.well-known/mta-sts.txt must serve (RFC 8461 section 3.2)."""
    lines = ("version: STSv1", f"mode: {naming.mta_sts}", f"mx: {naming.mail_host}", f"max_age: {MAX_AGE_S}")
    return "".join(f"{line}\r\n" for line in lines)


def mta_sts(naming: MailNaming) -> str:
    """Return the record that announces the policy; its id changes exactly when the policy does."""
    return f"v=STSv1; id={sha256(mta_sts_policy(naming).encode()).hexdigest()[:32]}"
