"""A real KDC (MIT's krb5kdc) for a realm of its own: in a folder, on a port of loopback, for one test session."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

REALM = "CORP.EXAMPLE"
SERVICE = f"HTTP/localhost@{REALM}"

_CLIENT = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 kdc_timesync = 0
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
"""
_SERVER = """\
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
 }}
"""


@dataclass(frozen=True)
class Realm:
    """Where the KDC is, and what an administrator of it does."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "krb5.conf"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"KRB5_CONFIG": str(self.config), "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf")}

    def found(self, port: int) -> None:
        self.config.write_text(_CLIENT.format(realm=REALM, port=port))
        (self.folder / "kdc.conf").write_text(_SERVER.format(realm=REALM, port=port, folder=self.folder))
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")

    def add(self, principal: str, *, most_s: int = 36000) -> None:
        """Make an account; its tickets hold *most_s* seconds at most."""
        self._run("kadmin.local", "-q", f'addprinc -randkey +requires_preauth -maxlife "{most_s} seconds" {principal}')

    def remove(self, principal: str) -> None:
        self._run("kadmin.local", "-q", f"delprinc -force {principal}")

    def keytab(self, principal: str) -> Path:
        """Return a new keytab of *principal*, whose key is another from then on."""
        file = self.folder / f"{len(list(self.folder.glob('*.keytab')))}.keytab"
        self._run("kadmin.local", "-q", f"ktadd -k {file} {principal}")
        return file

    def ticket(self, principal: str, keytab: Path, *, seconds: int = 3600) -> Path:
        """Return a ticket cache, as kinit makes it."""
        cache = self.folder / f"{keytab.stem}.cache"
        self._run("kinit", "-l", f"{seconds}s", "-c", str(cache), "-k", "-t", str(keytab), principal)
        return cache

    def _run(self, *words: str) -> None:
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=30)
        if done.returncode or "while" in done.stderr:
            raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")


@contextmanager
def running(folder: Path) -> Iterator[Realm]:
    """Found the realm and serve it."""
    realm, port = Realm(folder), _free_port()
    realm.found(port)
    log = (folder / "kdc.log").open("wb")
    with log, subprocess.Popen(("krb5kdc", "-n"), env=realm.environment, stdout=log, stderr=log) as server:
        try:
            _await(port, server)
            yield realm
        finally:
            server.terminate()


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    until = monotonic() + 10
    while monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise RuntimeError("krb5kdc does not come up")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
