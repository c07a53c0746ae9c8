"""What can go wrong with zones, hung below the common tree.

Refused
├── Conflict
│   ├── ForeignRecord    a record that is not ours stands where only ours may stand
│   └── ZoneChanged      the zone is no longer as planned: plan again                  retry
└── Denied
    ├── BadKey           the server does not know our TSIG key, or its secret differs
    └── UpdateRefused    the key is right, but may not do this
NotFound
└── NoSuchZone           the server is not authoritative for the zone
Unreachable
└── ServerFailed         the server answered SERVFAIL                                  retry
"""

from mailstead.ground.errors import Conflict, Denied, NotFound, Unreachable


class ForeignRecord(Conflict):
    """A record that is not ours stands where only ours may stand; nothing was changed."""

    code = "foreign-record"


class ZoneChanged(Conflict):
    """The zone is no longer what the plan was made for; planning again may succeed."""

    code, retry = "zone-changed", True


class BadKey(Denied):
    """The server does not accept our TSIG key (RFC 8945: BADKEY, BADSIG, BADTIME)."""

    code = "dns-bad-key"


class UpdateRefused(Denied):
    """The server knows us, and does not allow this (REFUSED)."""

    code = "dns-refused"


class NoSuchZone(NotFound):
    """The server is not authoritative for the zone (NOTAUTH, NOTZONE)."""

    code = "no-such-zone"


class ServerFailed(Unreachable):
    """The server answered SERVFAIL."""

    code = "dns-servfail"
