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
        return subprocess.run(argv, check=True, capture_output=True, input=given, timeout=30).stdout.decode()


@contextmanager
def serving(folder: Path, layout: str = "maildir:~/Maildir", *, known: str = "*", more: str = "") -> Iterator[Dovecot]:
    """Serve mailboxes that are made when somebody signs in; those of everybody, or of *known*. *more*: settings."""
    if shutil.which("dovecot") is None:
        pytest.skip("needs dovecot (bin/test installs it)")
    homes, config, port = folder / "homes", folder / "dovecot.conf", _free_port()
    homes.mkdir()
    _open_to_all(folder)
    shutil.chown(homes, "mail", "mail")
    config.write_text(_config(folder, homes, port, layout) + _people(folder, homes, known) + more)
    process = subprocess.Popen(["dovecot", "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, folder / "log")
        yield Dovecot(config, homes, port)
    finally:
        process.terminate()
        process.wait()


def _open_to_all(folder: Path) -> None:
    """Let the account of the mail through to its homes: pytest's folders are ours alone."""
    top = Path(tempfile.gettempdir())
    for parent in (folder, *folder.parents):
        if parent == top or not parent.is_relative_to(top):
            return
        parent.chmod(0o755)


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


def _wait_for(port: int, log: Path) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"Dovecot does not answer: {log.read_text() if log.exists() else 'no log'}")
