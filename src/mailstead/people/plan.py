"""How long sessions, links and codes count, and how long one waits after wrong tries. Pure.

Delays, not locks (NIST SP 800-63B-4, 3.2.2; ASVS 6.1.1, 6.3.1): whoever tries passwords makes only their own network
wait. An account that is tried from many networks waits, too, but not where its person signed in before, and never by
passkey.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from .keys import digest

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """How long things count (NIST SP 800-63B-4, 2.2.3 for AAL2: a day at most, an hour idle)."""

    idle: timedelta = HOUR
    absolute: timedelta = 12 * HOUR
    second: timedelta = 10 * MINUTE  # between password and second factor
    enrol: timedelta = HOUR
    fresh: timedelta = 15 * MINUTE
    challenge: timedelta = 5 * MINUTE
    away: timedelta = 10 * MINUTE  # at a provider of sign-ins
    invitation: timedelta = 3 * DAY
    reset: timedelta = DAY
    known: timedelta = 90 * DAY  # a network stays the person's own
    seen: timedelta = MINUTE  # how exactly the last use is written down


TIMES = Times()


@dataclass(frozen=True, slots=True)
class Patience:
    """After `free` tries each takes twice as long as the one before, from one second to `most_s`."""

    free: int
    most_s: float
    forgets: timedelta = HOUR

    def wait_s(self, tries: int) -> float:
        """Return how long to wait after so many tries.

        >>> [Patience(3, 60).wait_s(tries) for tries in (2, 3, 4, 5, 9, 99)]
        [0.0, 1.0, 2.0, 4.0, 60, 60]
        """
        over = tries - self.free
        return 0.0 if over < 0 else min(self.most_s, 2.0 ** min(over, 30))


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where tries are counted: what they have in common, as a digest, and how patient we are."""

    key: str
    patience: Patience


_HERE = Patience(free=5, most_s=900)  # one account from one network
_NETWORK = Patience(free=50, most_s=300)  # any account from one network
_ANYWHERE = Patience(free=30, most_s=30)  # one account from networks that are not its own
_SECOND = Patience(free=5, most_s=3600, forgets=DAY)  # second factors of one person over all sessions
_ASKING = Patience(free=200, most_s=60)  # challenges and links of one network


def network_of(source: str) -> str:
    """Return what of an address stands for one place: an IPv4 address, the /64 of an IPv6 one.

    >>> network_of("2001:db8::1"), network_of("203.0.113.9")
    ('2001:db8::/64', '203.0.113.9')
    """
    try:
        address = ip_address(source)
    except ValueError:
        return source
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else source


def place(account: str, source: str) -> str:
    """Return the digest by which an account's own networks are known."""
    return digest(f"place\n{account}\n{network_of(source)}")


def password_buckets(account: str, source: str, *, known: bool) -> tuple[Bucket, ...]:
    """Return where a try of a password counts."""
    network = network_of(source)
    here = Bucket(digest(f"password\n{account}\n{network}"), _HERE)
    anywhere = () if known else (Bucket(digest(f"password\n{account}"), _ANYWHERE),)
    return (here, Bucket(digest(f"network\n{network}"), _NETWORK), *anywhere)


def second_bucket(person: str, source: str, *, known: bool) -> Bucket:
    """Return where a try of a second factor counts; all networks that are not the person's own share one."""
    return Bucket(digest(f"second\n{person}\n{network_of(source) if known else ''}"), _SECOND)


def asking_bucket(source: str) -> Bucket:
    """Return where it counts that somebody who is nobody yet makes us remember or look up something."""
    return Bucket(digest(f"asking\n{network_of(source)}"), _ASKING)
