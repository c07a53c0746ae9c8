"""The story, told on any platform: real machines or memory drivers. Every sentence is shown by what was found."""

import time
from collections.abc import Iterator

from rich.markup import escape

from mailstead.cli import progress, show
from mailstead.lifecycle.outlook import account_of, target_of
from mailstead.lifecycle.planning import changed
from mailstead.monitoring.facts import MailFacts
from mailstead.monitoring.model import Finding, Report, Verdict
from mailstead.monitoring.target import Account, Target
from mailstead.monitoring.workflow import check
from mailstead.orders.model import OrderView, Status
from mailstead.security.model import Secret
from mailstead.security.passwords import generate_password
from mailstead.wiring import Running

from .cast import ANNA, GUSTAV, PLAYERS, Player

LONG = 150
TOLD_HEADERS = ("received", "authentication-results", "dkim-signature")


class Story:
    """Told in order; each part returns whether it went as it should."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._began = time.monotonic()

    def build(self) -> bool:
        """Bring both tenants into service side by side; one that is there already is only brought up to date."""
        show.heading("two tenants, each in a machine, network and zone of its own")
        orders = [order for player in PLAYERS if (order := self._order(player))]
        views = progress.watch_all(self._running.desk, orders)
        for view in views:
            if view.error:
                show.failure(view.error, then=f"mailstead order show {view.id}")
        if not orders:
            show.out.print("both were there already, and everything is as wanted: nothing was built")
        self._table(views)
        return all(view.status is Status.DONE for view in views)

    def write(self) -> bool:
        """Let Anna write to Gustav, and show what Gustav found."""
        show.heading(f"a mail from {ANNA.address} to {GUSTAV.address}")
        sender, recipient = self._account(ANNA), self._account(GUSTAV)
        facts = self._running.outside(self._target(GUSTAV)).send(sender, recipient)
        if facts.trouble:
            show.out.print(f"[red]✗[/] it did not arrive: {facts.trouble}")
            return False
        show.out.print(f"submitted with TLS and password, read by IMAPS after {facts.seconds:.1f} s; its header:")
        for line in _told(facts):
            show.out.print(f"  [dim]{escape(line)}[/]")
        return True

    def prove(self) -> bool:
        """Check both tenants from outside, and show each way between them that must be closed."""
        reports = [self._report(player) for player in PLAYERS]
        show.heading("what is forbidden, tried from inside each machine")
        for report in reports:
            for finding in report.findings:
                if finding.check.startswith("isolation"):
                    show.out.print(_line(report, finding))
        show.heading("each tenant looked at from outside: mailstead check")
        for report in reports:
            show.report(report)
        return all(report.passed for report in reports)

    def end(self, command: str) -> None:
        """Say how long it took, and what to type next."""
        show.heading("what to type next")
        for words in (
            f"{command} tenant list",
            f"{command} tenant resize acme --memory-mib 1024 --vcpus 2",
            f"{command} mailbox add bert@acme.example",
            f"{command} check acme --all",
            f"{command} drift",
            "bin/demo --down",
        ):
            show.out.print(f"  {words}")
        show.out.print(f"\nthe whole story took {time.monotonic() - self._began:.0f} s")

    def _order(self, player: Player) -> str | None:
        lifecycle = self._running.lifecycle
        if player.tenant not in self._running.world.tenants.all():
            lifecycle.set_password(player.tenant, player.address, self._password(player))
            return lifecycle.add(player.wanted)
        differs = changed(lifecycle.planner.plans([player.tenant]))
        return lifecycle.heal(player.tenant) if differs else None

    def _password(self, player: Player) -> Secret:
        return self._running.world.vault.get_or_make(player.tenant, "demo-password", generate_password)

    def _account(self, player: Player) -> Account:
        subject = self._running.steps.subject(player.tenant)
        return account_of(subject, player.address, self._password(player))

    def _target(self, player: Player) -> Target:
        return target_of(self._running.steps, player.tenant, authority_pem=self._running.authority_pem())

    def _report(self, player: Player) -> Report:
        target = self._target(player)
        return check(target, self._running.outside(target), self._running.world.clock)

    def _table(self, views: list[OrderView]) -> None:
        """Show what was built, and how long each step took, a column a tenant."""
        names = list(dict.fromkeys(step.name for view in views for step in view.steps))
        spent = {
            view.tenant: {step.name: show.seconds(step.started, step.ended) for step in view.steps} for view in views
        }
        rows = [{"step": name, **{tenant: steps.get(name) for tenant, steps in spent.items()}} for name in names]
        if rows:
            show.table("seconds for each step", rows, columns=("step", *spent), empty="")
        numbers = self._running.world.numbers.all()
        built = [
            {
                "tenant": player.tenant,
                "machine": f"ms-{player.tenant}",
                "vlan": numbers[player.tenant].vlan,
                "subnet": str(numbers[player.tenant].ipv4),
                "public": f"{numbers[player.tenant].public_ipv4}, {numbers[player.tenant].public_ipv6}",
                "zone": player.domain,
            }
            for player in PLAYERS
            if player.tenant in numbers
        ]
        show.table("what was built", built, columns=("tenant", "machine", "vlan", "subnet", "public", "zone"), empty="")


def _told(facts: MailFacts) -> Iterator[str]:
    """Yield the header lines that prove the way, unfolded, and what the sending server logged about TLS."""
    unfolded: list[str] = []
    for line in facts.header.decode("utf-8", "replace").splitlines():
        if line[:1] in {" ", "\t"} and unfolded:
            unfolded[-1] += " " + line.strip()
        else:
            unfolded.append(line)
    for line in unfolded:
        if line.partition(":")[0].lower() in TOLD_HEADERS:
            yield line if len(line) < LONG or line.startswith("Auth") else f"{line[:LONG]}…"
    verified = [line for line in facts.sender_log if "TLS connection established" in line]
    yield from (f"sender's log: {line}" for line in verified[-1:])


def _line(report: Report, finding: Finding) -> str:
    mark = "[green]✓[/]" if finding.verdict is Verdict.PASSED else "[red]✗[/]"
    label = finding.check.removeprefix("isolation.")
    return f" {mark} {report.tenant:<8} {escape(label):<26} {escape(finding.subject):<24} {escape(finding.detail)}"
