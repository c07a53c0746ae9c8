"""Names parsed once, at the edge: tenants, domains, mail addresses. Canonical and safe to pass on."""

import re
from typing import Annotated

import idna
from pydantic import AfterValidator

from .errors import InvalidInput

_TENANT = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def parse_tenant_name(text: str) -> str:
    """Return *text* if it can name a tenant: 2 to 32 of a-z, 0-9 and hyphen, a letter first.

    >>> parse_tenant_name("acme-2")
    'acme-2'
    """
    if not _TENANT.fullmatch(text):
        raise InvalidInput(
            f"{text!r} cannot name a tenant",
            field="tenant",
            value=text,
            remedy="use 2 to 32 lower-case letters, digits and hyphens, beginning with a letter",
        )
    return text


def parse_domain(text: str) -> str:
    """Return the A-label form (RFC 5890) of a mail domain in lower case, without a trailing dot.

    >>> parse_domain("Bücher.example.")
    'xn--bcher-kva.example'
    """
    name = text if _is_plain(text) else _by_idna(text)
    if "." not in name:
        raise _bad_domain(text, "it has one label only")
    if name.rsplit(".", 1)[1].isdigit():
        raise _bad_domain(text, "its last label is a number")
    return name


def _is_plain(text: str) -> bool:
    """Say whether IDNA would leave the name as it is; asking it takes fifty times as long."""
    labels = text.split(".")
    return len(text) <= 253 and all(_LABEL.fullmatch(label) and label[2:4] != "--" for label in labels)


def _by_idna(text: str) -> str:
    try:
        return idna.encode(text.rstrip("."), uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise _bad_domain(text, str(error)) from error


def _bad_domain(text: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"{text!r} is no mail domain: {why}",
        field="domain",
        value=text,
        remedy="give a full domain name such as acme.example (IDNA 2008; umlauts are fine)",
    )


def parse_address(text: str) -> str:
    """Return a mail address in canonical form: local part in lower case, domain as A-labels (RFC 5321).

    Local parts outside ASCII need SMTPUTF8 (RFC 6531) on every hop, and quoted ones are a trap: refused.

    >>> parse_address("Anna@Acme.Example")
    'anna@acme.example'
    """
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise InvalidInput(
            f"{text!r} is no mail address that every server can deliver to",
            field="address",
            value=text,
            remedy="use ASCII letters, digits and . _ - + before the @, at most 64 characters",
        )
    return f"{local.lower()}@{parse_domain(domain)}"


def domain_of(address: str) -> str:
    """Return the part of *address* behind the @."""
    return address.rpartition("@")[2]


TenantName = Annotated[str, AfterValidator(parse_tenant_name)]
Domain = Annotated[str, AfterValidator(parse_domain)]
Address = Annotated[str, AfterValidator(parse_address)]
