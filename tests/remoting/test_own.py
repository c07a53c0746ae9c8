"""Functions of our own are what is declared, and narrow their words as the role does."""

import re

from mailstead.remoting.cmdlets.own import RepairRecoveryDatabase
from tests.standin.shipped import EXCHANGE, JEA, shipped_roles

FUNCTIONS = (JEA / "MailsteadExchange.psm1").read_text("utf-8")
NARROWED = re.compile(r"\[ValidatePattern\('\\A(.+)\\z'\)\] \[string\] \$(\w+)")


def test_the_function_takes_what_is_declared_by_the_patterns_of_the_role() -> None:
    narrowed = {name: pattern for pattern, name in NARROWED.findall(FUNCTIONS)}
    assert narrowed.keys() == {each.name for each in RepairRecoveryDatabase.parameters}
    rules = shipped_roles()[EXCHANGE].cmdlets[RepairRecoveryDatabase.name]
    assert narrowed == {name: rule.patterns[0] for name, rule in rules.items()}


def test_it_runs_one_program_and_only_replays() -> None:
    body = FUNCTIONS.partition("$eseutil =")[2]
    assert re.findall(r"& (\S+) (/\w)", body) == [("$eseutil", "/r")]
    assert not re.findall(r"Invoke-Expression|iex |Start-Process| /p| /y", body)
