"""Dovecot as the appliance has it, on this machine: the rendered users and scripts, a mail at a time."""

import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailstead.mailservers import plain, rendering
from mailstead.mailservers.model import MailHost

DELIVER = "/usr/lib/dovecot/dovecot-lda"
ACCOUNT = pwd.getpwnam("mail")
MOVED = ("/etc/dovecot/users", "/etc/dovecot/sieve", "/var/vmail")
SENDMAIL = '#!/bin/sh\n{{ echo "TO: $@"; cat; echo; }} >> {told}\n'


@dataclass(frozen=True, slots=True)
class Delivery:
    """A place where mail is delivered; what leaves it is written down."""

    folder: Path

    def deliver(self, address: str, mail: str, *, sender: str = "friend@far.example") -> None:
        argv = [DELIVER, "-c", str(self.folder / "dovecot.conf"), "-e", "-f", sender, "-a", address, "-d", address]
        uid, gid = ACCOUNT.pw_uid, ACCOUNT.pw_gid
        subprocess.run(argv, input=mail.encode(), check=True, timeout=30, user=uid, group=gid)

    @property
    def left(self) -> str:
        """What was sent on, with whom it was sent to."""
        told = self.folder / "left"
        return told.read_text() if told.exists() else ""

    def lying(self, address: str, box: str = "") -> list[str]:
        """Return the mails in a mailbox."""
        maildir = self.folder / "var/vmail" / plain.folder(address) / "Maildir" / (f".{box}" if box else "")
        return [file.read_text() for part in ("new", "cur") for file in maildir.glob(f"{part}/*")]

    def own_filter(self, address: str, script: str) -> None:
        """Let the owner have a filter, as ManageSieve puts it."""
        home = self.folder / "var/vmail" / plain.folder(address)
        home.mkdir(parents=True, exist_ok=True)
        (home / "active.sieve").write_text(script)
        shutil.chown(home, "mail", "mail")


@contextmanager
def delivering(host: MailHost) -> Iterator[Delivery]:
    """Yield a place that delivers to the mailboxes of *host* until the block ends."""
    if shutil.which("sievec") is None:
        pytest.skip("needs dovecot-sieve (bin/test installs it)")
    with tempfile.TemporaryDirectory() as made:  # dovecot's sockets have short paths
        folder = Path(made)
        _lay_out(folder, host)
        process = subprocess.Popen(["dovecot", "-F", "-c", folder / "dovecot.conf"], stdout=subprocess.DEVNULL)
        try:
            _await(folder / "run/auth-userdb", folder / "log")
            yield Delivery(folder)
        finally:
            process.terminate()
            process.wait()


def _lay_out(folder: Path, host: MailHost) -> None:
    for path, file in rendering.files(host).items():
        if path.startswith("/etc/dovecot/"):
            place = folder / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_moved(file.content.decode(), folder).replace(":5000:5000:", ":mail:mail:"))
    subprocess.run(["sievec", folder / "etc/dovecot/sieve/spam.sieve"], check=True, timeout=20)
    rendered = (folder / "etc/dovecot/dovecot.conf").read_text()
    plugin = rendered[rendered.index("plugin {") : rendered.index("namespace inbox")]
    domains = (folder / "var/vmail" / domain.name for domain in host.domains)
    for made in (folder, folder / "var", folder / "var/vmail", *domains):
        made.mkdir(exist_ok=True)
        made.chmod(0o755)
        shutil.chown(made, "mail", "mail")
    (folder / "log").touch(mode=0o666)
    (folder / "log").chmod(0o666)
    sendmail = folder / "sendmail"
    sendmail.write_text(SENDMAIL.format(told=folder / "left"))
    sendmail.chmod(0o755)
    (folder / "dovecot.conf").write_text(_config(folder, plugin))


def _moved(text: str, folder: Path) -> str:
    for path in MOVED:
        text = text.replace(path, f"{folder}{path}")
    return text


def _config(folder: Path, plugin: str) -> str:
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols =
ssl = no
hostname = mail.acme.example
postmaster_address = postmaster@acme.example
sendmail_path = {folder}/sendmail
mail_location = maildir:~/Maildir
first_valid_uid = 1
auth_username_chars =
auth_username_format = %Lu
lda_mailbox_autocreate = yes
protocol lda {{
  mail_plugins = sieve
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {folder}/etc/dovecot/users
}}
passdb {{
  driver = passwd-file
  args = {folder}/etc/dovecot/users
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{plugin}
"""


def _await(socket: Path, log: Path) -> None:
    deadline = time.monotonic() + 10
    while not socket.exists():
        assert time.monotonic() < deadline, log.read_text() if log.exists() else "no log"
        time.sleep(0.02)
