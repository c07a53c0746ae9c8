"""A Samba server of our own, on loopback and an unprivileged port."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailstead.security.model import Secret
from mailstead.storage.drivers.smb_files import Share

PASSWORD = "Kräuter-9!"  # its account lives as long as one test run


@contextmanager
def serving(folder: Path, *extra: str, account: str = "mailstead", password: str = PASSWORD) -> Iterator[Share]:
    """Share folder/images as images, and folder/images/locked read-only; give the way there."""
    if shutil.which("smbd") is None:
        pytest.skip("needs smbd (bin/test installs it)")
    port, config = _free_port(), folder / "smb.conf"
    (folder / "images").mkdir()
    config.write_text(_config(folder, port, extra, account))
    secret = f"{password}\n{password}\n".encode()
    subprocess.run(["smbpasswd", "-c", config, "-s", "-a", "root"], input=secret, check=True, capture_output=True)
    argv: list[str | Path] = ["smbd", "--foreground", "--no-process-group", "-s", config, "-l", folder]
    server = subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )  # it ends its group
    try:
        _wait_for(port)
        yield Share(r"\\127.0.0.1\images", account, lambda: Secret.of(password), "ntlm", port)
    finally:
        server.terminate()
        server.wait()


def _config(folder: Path, port: int, extra: tuple[str, ...], account: str) -> str:
    (folder / "users").write_text(f"root = {account}\n")
    rooms = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")
    for room in rooms:
        (folder / room.replace(" ", "-")).mkdir(mode=0o755)
    lines = [
        "[global]",
        f"smb ports = {port}",
        "interfaces = lo",
        "bind interfaces only = yes",
        "server role = standalone",
        "server min protocol = SMB3",
        "server smb encrypt = required",
        "disable netbios = yes",
        "load printers = no",
        "map to guest = never",
        f"username map = {folder}/users",
        f"log file = {folder}/smbd.log",
        *(f"{room} = {folder}/{room.replace(' ', '-')}" for room in rooms),
        *extra,
        "[images]",
        f"path = {folder}/images",
        "read only = no",
        "[locked]",
        f"path = {folder}/images",
        "read only = yes",
    ]
    return "\n".join([*lines, ""])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < end, "Samba did not start"
            time.sleep(0.05)
        else:
            return
