"""Module MailsteadExchange (jea/MailsteadExchange.psm1): functions of ours, where a program has no cmdlet. 0225."""

from mailstead.remoting.calls import LONG_S, Cmdlet
from mailstead.remoting.dotnet import Text


class RepairRecoveryDatabase(
    Cmdlet, name="Repair-RecoveryDatabase", module="MailsteadExchange", gives="RecoveredDatabase", deadline_s=LONG_S
):
    """Replay the logs of a database below the recovery folder (eseutil /r), so that it can be mounted."""

    LogPrefix: Text
    DatabaseFolder: Text
    LogFolder: Text
