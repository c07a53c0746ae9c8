"""What a mail program must know to reach a mailbox, and the profile in which Apple's programs take it. Pure."""

import plistlib
from dataclasses import dataclass
from uuid import NAMESPACE_DNS, uuid5

from mailstead.ground.names import domain_of

IMAPS, SUBMISSIONS, MANAGESIEVE = 993, 465, 4190  # as rendering/templates and networks/ have them
PROFILE_PATH = "/mail/apple.mobileconfig"
PROFILE_TYPE = "application/x-apple-aspen-config"


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Where the mailbox `address` is reached: TLS from the first byte (RFC 8314), name to sign in: the address."""

    host: str
    address: str
    profile_url: str  # without an address: the device asks for it

    @property
    def profile(self) -> bytes:
        """The profile of this very mailbox; the device asks for the password."""
        return apple_profile(self.host, domain_of(self.address), self.address)


def client_settings(host: str, address: str) -> ClientSettings:
    """Return how the mailbox *address* is reached on the mail server *host*."""
    return ClientSettings(host, address, f"https://autoconfig.{domain_of(address)}{PROFILE_PATH}")


def apple_profile(host: str, domain: str, address: str = "") -> bytes:
    """Return a configuration profile (Apple, "Mail" payload): without a password, and unless given without an address.

    The same input gives the same bytes: a profile that comes again takes the place of the one before.
    """
    mail = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_reversed(domain)}.mail.account",
        "PayloadUUID": _uuid(f"account {address}", domain),
        "PayloadDisplayName": domain,
        "EmailAccountDescription": domain,
        "EmailAccountType": "EmailTypeIMAP",
        **_server("Incoming", host, IMAPS),
        **_server("Outgoing", host, SUBMISSIONS),
        "OutgoingPasswordSameAsIncomingPassword": True,
    }
    if address:
        names = ("EmailAddress", "IncomingMailServerUsername", "OutgoingMailServerUsername")
        mail |= dict.fromkeys(names, address)
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_reversed(domain)}.mail",
        "PayloadUUID": _uuid(f"profile {address}", domain),
        "PayloadDisplayName": f"E-mail {domain}",
        "PayloadOrganization": domain,
        "PayloadContent": [mail],
    }
    return plistlib.dumps(profile)


def _server(side: str, host: str, port: int) -> dict[str, object]:
    return {
        f"{side}MailServerHostName": host,
        f"{side}MailServerPortNumber": port,
        f"{side}MailServerUseSSL": True,
        f"{side}MailServerAuthentication": "EmailAuthPassword",
    }


def _reversed(domain: str) -> str:
    return ".".join(reversed(domain.split(".")))


def _uuid(what: str, domain: str) -> str:
    return str(uuid5(NAMESPACE_DNS, f"{what} {domain}")).upper()
