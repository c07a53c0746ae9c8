"""What can go wrong between us and an Exchange server. What its role denies stays as `remoting` says it.

Unreachable
├── ExchangeSilent       it does not answer, or does not see the disk yet         exchange-silent
└── OutcomeUnknown
    └── ExchangeAnswerLost  it was told, and may have done it                     exchange-answer-lost
NotFound
└── NoSuchMailbox        the mailbox is not in this server, or in this database   exchange-no-such-mailbox
Conflict
└── RecoveryTaken        another recovery database is mounted                     exchange-recovery-taken
Rejected
└── ExchangeRefused      Exchange said no; a person must look                     exchange-refused
    └── NotClean         the logs of the database could not be replayed           exchange-database-not-clean
"""

from mailstead.ground.errors import Conflict, NotFound, OutcomeUnknown, Rejected, Unreachable


class ExchangeSilent(Unreachable):
    """The server does not answer, or is not as far; nothing was done."""

    code = "exchange-silent"


class ExchangeAnswerLost(OutcomeUnknown):
    """The server was told and its answer lost: look again."""

    code = "exchange-answer-lost"


class NoSuchMailbox(NotFound):
    """The mailbox is not there: on the server, or in the database that was asked."""

    code = "exchange-no-such-mailbox"


class RecoveryTaken(Conflict):
    """A server mounts one recovery database at a time, and another one is mounted."""

    code = "exchange-recovery-taken"


class ExchangeRefused(Rejected):
    """Exchange answered no."""

    code = "exchange-refused"


class NotClean(ExchangeRefused):
    """The transaction logs of the database could not be replayed."""

    code = "exchange-database-not-clean"
