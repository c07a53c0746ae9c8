"""A Dovecot of our own, on loopback and an unprivileged port: its accounts live as long as one test run."""

import imaplib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "only-here"


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server; `homes` is where its mail lies."""

    config: Path
    homes: Path
    port: int

    def session(self, user: str) -> imaplib.IMAP4:
        session = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        session.login(user, PASSWORD)
        return session

    def ask(self, *words: str, given: bytes = b"") -> str:
        """Run doveadm."""
        argv = ["doveadm", "-c", str(self.config), *words]
        done = subprocess.run(argv, check=False, capture_output=True, input=given, timeout=60)
        assert done.returncode == 0, f"{words}: {done.stderr.decode()}"
        return done.stdout.decode()


@contextmanager
def serving(layout: str = "maildir:~/Maildir", *, known: str = "*", more: str = "") -> Iterator[Dovecot]:
    """Serve mailboxes that are made when somebody signs in; those of everybody, or of *known*. *more*: settings."""
    if shutil.which("dovecot") is None:
        pytest.skip("needs dovecot (bin/test installs it)")
    # Not in pytest's own folder: every run of pytest closes that to other accounts, those of mail, too.
    with tempfile.TemporaryDirectory(prefix="mailstead-dovecot-", ignore_cleanup_errors=True) as own:
        folder = Path(own)
        folder.chmod(0o755)
        homes = folder / "homes"
        homes.mkdir()
        shutil.chown(homes, "mail", "mail")
        process, server = _started(folder, homes, layout, _people(folder, homes, known) + more)
        try:
            yield server
        finally:
            process.terminate()
            process.wait()


def _started(folder: Path, homes: Path, layout: str, more: str) -> tuple["subprocess.Popen[bytes]", Dovecot]:
    """Start on a port that is free; another process may be faster, then on another."""
    config = folder / "dovecot.conf"
    for _ in range(5):
        port = _free_port()
        config.write_text(_config(folder, homes, port, layout) + more)
        argv = ["dovecot", "-F", "-c", str(config)]
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if _listens(process, folder / "log"):
            return process, Dovecot(config, homes, port)
    pytest.fail("Dovecot does not start")


def _config(folder: Path, homes: Path, port: int, layout: str) -> str:
    return f"""
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
mail_location = {layout}
mail_plugins = zlib
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
"""


def _people(folder: Path, homes: Path, known: str) -> str:
    if known == "*":
        return f"userdb {{\n  driver = static\n  args = uid=mail gid=mail home={homes}/%u\n}}\n"
    (folder / "users").write_text(f"{known}::8:8::{homes}/{known}\n")
    return f"userdb {{\n  driver = passwd-file\n  args = {folder}/users\n}}\n"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _listens(process: "subprocess.Popen[bytes]", log: Path) -> bool:
    """Wait until it says that it listens; false: it ended."""
    for _ in range(600):
        if log.exists() and "starting up" in log.read_text():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.05)
    pytest.fail(f"Dovecot does not answer: {log.read_text() if log.exists() else 'no log'}")
