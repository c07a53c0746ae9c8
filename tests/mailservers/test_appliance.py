"""The appliance in a real machine: the contract, then mail through its ports. One machine serves all of it."""

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Iterator

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.mailservers.drivers.appliance import Appliance
from mailstead.mailservers.errors import ConvergeFailed, ForeignDisk
from mailstead.mailservers.port import MailServer

from .contract import MailServerContract, Tamper, brought_to, subjects
from .example import ANNA, BOB, ODD, TIGHT
from .machine import DATA_MIB, Machine, Prefixed, booted
from .people import deliver, inbox, message, received, submit, trusting, upload_filter

pytestmark = pytest.mark.vm
STRANGER = "x@else.example"
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with booted(tmp_path_factory.mktemp("mailserver")) as made:
        made.give_names()
        yield made


@pytest.fixture(scope="session")
def appliance(machine: Machine) -> MailServer:
    made = Appliance(machine.channel, SystemClock())
    brought_to(made)
    return made


class TestNewMachine:
    """First, for the machine has no disk of ours yet."""

    def test_a_disk_that_holds_something_is_refused_and_left_alone(self, machine: Machine) -> None:
        device = "/dev/disk/by-id/virtio-foreign"
        before = machine.shell(f"sha256sum {device}")
        channel = Prefixed(machine.channel, ("/usr/bin/env", f"MAILSTEAD_DISK={device}"))
        with pytest.raises(ForeignDisk, match="not ours"):
            brought_to(Appliance(channel, SystemClock()))
        assert machine.shell(f"sha256sum {device}") == before

    def test_a_clock_that_is_wrong_is_shown(self, machine: Machine) -> None:
        machine.shell("date --set '3 days ago'")
        assert "clock" in subjects(Appliance(machine.channel, SystemClock()))  # and set by the first converge


class TestAppliance(MailServerContract):
    @pytest.fixture
    def served(self, appliance: MailServer) -> MailServer:
        return appliance

    @pytest.fixture
    def tamper(self, machine: Machine) -> Tamper:
        return lambda path, content: machine.channel.write("acme", path, content.encode(), mode=0o644)


@pytest.mark.usefixtures("appliance")
class TestMail:
    def test_a_mail_within_the_house_is_signed_twice_and_hides_its_origin(self, machine: Machine) -> None:
        submit(machine, ANNA, message(ANNA, "bob+tag@acme.example", "signed"), port=587)
        mail = received(machine, BOB, "signed")
        assert "a=rsa-sha256" in mail
        assert "a=ed25519-sha256" in mail
        assert "10.64.0.1" not in mail

    def test_a_signed_mail_coming_back_passes_and_forged_results_are_gone(self, machine: Machine) -> None:
        submit(machine, ANNA, message(ANNA, BOB, "outward"))
        signed = received(machine, BOB, "outward")
        start = signed.index("From: ")
        forged = "Authentication-Results: mail.acme.example; dkim=pass header.d=bank.example\r\n"
        with smtplib.SMTP("127.0.0.1", machine.ports[25], timeout=120) as client:
            client.ehlo("else.example")
            again = signed[start:].encode()
            client.sendmail(ANNA, [ANNA], forged.encode() + again)
        mail = received(machine, ANNA, "outward")
        assert "bank.example" not in mail
        assert "Authentication-Results: mail.acme.example" in mail
        assert mail.count("dkim=pass") == 2
        assert "dmarc=pass" in mail
        assert "spf=pass" in mail

    def test_a_stranger_reaches_the_catch_all(self, machine: Machine) -> None:
        deliver(machine, STRANGER, message(STRANGER, "whoever@acme.test", "caught"))
        mail = received(machine, BOB, "caught")
        assert "spf=pass" in mail
        assert "dkim=none" in mail

    def test_spam_is_refused(self, machine: Machine) -> None:
        with pytest.raises(smtplib.SMTPDataError, match="554"):
            deliver(machine, STRANGER, message(STRANGER, BOB, "gtube", GTUBE))

    def test_what_is_marked_as_spam_is_filed_as_junk(self, machine: Machine) -> None:
        deliver(machine, STRANGER, message(STRANGER, BOB, "marked", X_Spam="Yes"))
        assert received(machine, BOB, "marked", "Junk")

    def test_the_owner_s_filter_runs(self, machine: Machine) -> None:
        upload_filter(machine, BOB, b'require "fileinto"; if header :is "subject" "mine" { fileinto "Archive"; }\r\n')
        deliver(machine, STRANGER, message(STRANGER, BOB, "mine"))
        assert received(machine, BOB, "mine", "Archive")

    def test_odd_addresses_receive_send_and_sign_in(self, machine: Machine) -> None:
        for address in ODD:
            submit(machine, address, message(address, address, "odd"))
        assert all(received(machine, address, "odd") for address in ODD)

    def test_an_alias_reaches_all_and_may_be_used_by_its_owners(self, machine: Machine) -> None:
        submit(machine, ANNA, message("info@acme.example", "info@acme.example", "alias"), sender="info@acme.example")
        assert received(machine, ANNA, "alias")
        assert received(machine, BOB, "alias")

    def test_nobody_sends_as_another(self, machine: Machine) -> None:
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"):
            submit(machine, ANNA, message(BOB, ANNA, "borrowed"), sender=BOB)

    def test_nobody_writes_in_another_s_name(self, machine: Machine) -> None:
        with pytest.raises(smtplib.SMTPDataError, match="not an address of"):
            submit(machine, ANNA, message(BOB, ANNA, "borrowed"))
        submit(machine, ANNA, message("anna+shop@acme.example", ANNA, "tagged"))
        assert received(machine, ANNA, "tagged")

    @pytest.mark.parametrize(
        ("sender", "recipient", "reply"),
        [
            (STRANGER, "y@other.example", "Relay access denied"),
            (STRANGER, "y%other.example@acme.example", "User unknown|Relay access denied"),
            (STRANGER, "nobody@acme.example", "User unknown"),
            (STRANGER, "staff@acme.example", "Only members"),
            (STRANGER, "staff+x@acme.example", "Only members"),
            (ANNA, "staff@acme.example", "Only members"),
        ],
    )
    def test_from_outside_it_refuses(self, machine: Machine, sender: str, recipient: str, reply: str) -> None:
        with pytest.raises(smtplib.SMTPRecipientsRefused, match=reply):
            deliver(machine, sender, message(sender, recipient, "refused"))

    def test_a_member_reaches_the_list_and_others_do_not(self, machine: Machine) -> None:
        submit(machine, ANNA, message(ANNA, "staff@acme.example", "list"))
        assert received(machine, BOB, "list")
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="Only members"):
            submit(machine, TIGHT, message(TIGHT, "staff@acme.example", "list"))

    def test_the_postmaster_is_reached(self, machine: Machine) -> None:
        roles = ("postmaster", "abuse@acme.example", "postmaster@mail.acme.example")
        for recipient in roles:
            deliver(machine, STRANGER, message(STRANGER, "p@acme.example", recipient), recipient=recipient)
        assert all(received(machine, ANNA, recipient) for recipient in roles)

    def test_a_full_mailbox_refuses_at_the_door(self, machine: Machine) -> None:
        deliver(machine, STRANGER, message(STRANGER, TIGHT, "fills", f"{'x' * 70}\n" * 14000))
        assert received(machine, TIGHT, "fills")
        deliver(machine, STRANGER, message(STRANGER, TIGHT, "rest", f"{'x' * 70}\n" * 700))
        received(machine, TIGHT, "rest", patience_s=5)
        for recipient in (TIGHT, "tight+tag@acme.example"):
            with pytest.raises(smtplib.SMTPRecipientsRefused, match="Mailbox is full"):
                deliver(machine, STRANGER, message(STRANGER, recipient, "more", f"{'x' * 70}\n" * 2000))

    def test_no_password_goes_unencrypted(self, machine: Machine) -> None:
        for port in (25, 587):
            with smtplib.SMTP("127.0.0.1", machine.ports[port], timeout=120) as client:
                client.ehlo("else.example")
                assert not client.has_extn("auth")
                assert client.has_extn("starttls")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    @pytest.mark.parametrize("port", [465, 993, 443])
    def test_old_tls_is_refused(self, machine: Machine, port: int) -> None:
        context = trusting()
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with (
            pytest.raises((ssl.SSLError, ConnectionError)),
            context.wrap_socket(_connected(machine, port), server_hostname="mta-sts.acme.example"),
        ):
            pass

    def test_special_folders_are_there(self, machine: Machine) -> None:
        client = inbox(machine, BOB)
        folders = b" ".join(line for line in client.lsub()[1] if isinstance(line, bytes))
        client.logout()
        assert all(name in folders for name in (b"Junk", b"Sent", b"Trash", b"Drafts", b"Archive"))

    def test_the_policy_is_served_over_https(self, machine: Machine) -> None:
        context = trusting()
        with context.wrap_socket(_connected(machine, 443), server_hostname="mta-sts.acme.example") as line:
            line.sendall(b"GET /.well-known/mta-sts.txt HTTP/1.0\r\nHost: mta-sts.acme.example\r\n\r\n")
            assert b"mode: enforce\r\nmx: mail.acme.example\r\n" in b"".join(iter(lambda: line.recv(4096), b""))

    def test_only_what_is_needed_listens(self, machine: Machine) -> None:
        listens = machine.shell("ss -Hltn | awk '{ print $4 }'").split()
        outside = {at.rpartition(":")[2] for at in listens if not at.startswith(("127.", "[::1]"))}
        assert outside == {"25", "465", "587", "993", "4190", "443"}


class TestLife:
    """Last, for it stops what the others need."""

    def test_a_run_killed_on_the_way_is_finished_by_the_next_and_the_disk_grows(
        self, machine: Machine, appliance: MailServer
    ) -> None:
        machine.grow(DATA_MIB + 512)
        assert subjects(appliance) == {"mail disk"}
        killed = Appliance(Prefixed(machine.channel, ("/usr/bin/timeout", "--signal=KILL", "0.5")), SystemClock())
        with pytest.raises(ConvergeFailed):
            brought_to(killed, status="suspended", lists=[])
        assert subjects(appliance, status="suspended", lists=[])
        brought_to(appliance, status="suspended", lists=[])
        assert subjects(appliance, status="suspended", lists=[]) == set()
        assert (appliance.observe("acme").disk_mib or 0) > DATA_MIB

    def test_a_suspended_tenant_refuses_for_now(self, machine: Machine) -> None:
        with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"450.*suspended"):
            deliver(machine, STRANGER, message(STRANGER, ANNA, "suspended"))
        for port in (465, 587):
            with pytest.raises(smtplib.SMTPConnectError, match=r"421.*suspended"):
                submit(machine, ANNA, message(ANNA, BOB, "suspended"), port=port)
        with pytest.raises(imaplib.IMAP4.error, match="UNAVAILABLE"):
            inbox(machine, ANNA)

    def test_after_a_reboot_everything_is_back(self, machine: Machine, appliance: MailServer) -> None:
        brought_to(appliance)
        machine.reboot()
        machine.give_names()
        appliance.wait_ready("acme")
        submit(machine, ANNA, message(ANNA, BOB, "after the reboot"))
        assert received(machine, BOB, "after the reboot")


def _connected(machine: Machine, port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", machine.ports[port]), timeout=120)
