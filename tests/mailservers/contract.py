"""What every mail server does with plans."""

from collections.abc import Callable

import pytest

from mailstead.ground.errors import UnsafePlan
from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.plan import compare_mail
from mailstead.mailservers.port import MailServer
from mailstead.tenants.model import Status

from .example import ANNA, TENANT, host

Tamper = Callable[[str, str], None]  # path, content


def subjects(server: MailServer, **changes: object) -> set[str]:
    return {change.subject for change in compare_mail(host(**changes), server.observe("acme"))}


def brought_to(server: MailServer, **changes: object) -> None:
    server.apply("acme", compare_mail(host(**changes), server.observe("acme")))
    server.wait_ready("acme")


class MailServerContract:
    """`served` is a server on which the example runs; `tamper` writes a file behind its back."""

    @pytest.fixture
    def served(self) -> MailServer:
        raise NotImplementedError

    @pytest.fixture
    def tamper(self) -> Tamper:
        raise NotImplementedError

    def test_what_was_applied_leaves_nothing_to_do(self, served: MailServer) -> None:
        assert subjects(served) == set()

    def test_an_empty_plan_may_be_applied(self, served: MailServer) -> None:
        brought_to(served)
        assert subjects(served) == set()

    def test_all_services_run_and_come_back_at_boot(self, served: MailServer) -> None:
        services = served.observe("acme").services.values()
        assert all(service.running and service.enabled and service.current for service in services)

    def test_what_a_hand_changed_is_shown_and_undone(self, served: MailServer, tamper: Tamper) -> None:
        tamper("/srv/mailstead/acme.example/.well-known/mta-sts.txt", "mode: none\n")
        tamper("/etc/rspamd/local.d/by-hand.conf", "enabled = false;\n")
        tamper("/srv/mailstead/by-hand", "x")
        shown = subjects(served)
        assert "file /srv/mailstead/acme.example/.well-known/mta-sts.txt" in shown
        assert {"file /etc/rspamd/local.d/by-hand.conf", "file /srv/mailstead/by-hand", "service rspamd"} <= shown
        brought_to(served)
        assert subjects(served) == set()

    def test_a_mailbox_comes_changes_and_goes_only_when_given_up(self, served: MailServer) -> None:
        boxes = TENANT["mailboxes"]
        more = [*boxes[1:], {**boxes[0], "quota_mib": 77}, {"address": "new@acme.example"}]
        assert {f"mailbox {ANNA}", "mailbox new@acme.example"} <= subjects(served, mailboxes=more)
        brought_to(served, mailboxes=more)
        assert served.observe("acme").mailboxes[ANNA].quota_mib == 77
        back = compare_mail(host(), served.observe("acme"))
        with pytest.raises(UnsafePlan, match=r"all mail of new@acme\.example"):
            back.refuse_if_unsafe()
        back.refuse_if_unsafe(["mailbox new@acme.example"])
        served.apply("acme", back)
        assert subjects(served) == set()
        assert "new@acme.example" not in served.observe("acme").mailboxes

    def test_suspension_is_a_difference(self, served: MailServer) -> None:
        assert "file /etc/postfix/main.cf" in subjects(served, status=Status.SUSPENDED)

    def test_no_look_returns_contents(self, served: MailServer) -> None:
        files = served.observe("acme").files
        assert files
        assert not any(isinstance(file, ConfigFile) and file.content for file in files.values())
