"""Stand-in hosts by hand: python -m tests.standin [--hosts 3] [--port 55986] [--folder DIR] ..."""

import argparse
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from secrets import token_urlsafe
from threading import Event

from .certificates import Authority
from .cluster import form_cluster
from .crowded import crowd
from .server import StandIn
from .shipped import HOST, Host, shipped_roles
from .tour_platform import found_tour, place_image

ACCOUNT = "svc-mailstead"


def main() -> None:
    """Start the hosts, tell how to reach them, and wait for Ctrl-C."""
    wanted = _arguments()
    ended = Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: ended.set())
    with ExitStack() as stack:
        folder = wanted.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="standin-")))
        folder.mkdir(parents=True, exist_ok=True)
        authority, password = Authority(folder), token_urlsafe(18)
        pair, roles = authority.issue("localhost"), shipped_roles()
        secret = folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        print(f"trust     {authority.trust}\naccount   {ACCOUNT}, password in {secret} (Basic over HTTPS)", flush=True)
        worlds: list[Host] = []
        for number in range(1, wanted.hosts + 1):
            port = wanted.port and wanted.port + number - 1
            world = Host(f"HV{number:02}")
            world.populate(wanted.machines)
            if wanted.crowd:
                crowd(world, wanted.crowd)
            place_image(world)
            worlds.append(world)
            host = StandIn(
                world, roles, folder, passwords={ACCOUNT: password}, authority=authority, pair=pair, port=port
            )
            host.listener.latency_s = wanted.latency_ms / 2000
            stack.enter_context(host)
            print(f"{world.name:<9} https://localhost:{host.port}/wsman, session configuration {HOST}", flush=True)
        if wanted.cluster:
            form_cluster("C1", worlds)
        if wanted.tour:
            found_tour(wanted.tour)
            print(f"tour      python -m tests.standin.tour --home {wanted.tour} host add hv01 ...", flush=True)
        ended.wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--hosts", type=int, default=1, help="how many, on one port each")
    parser.add_argument("--port", type=int, default=0, help="of the first host; the others follow (default: any)")
    parser.add_argument("--folder", type=Path, help="for certificates and the password (default: a temporary one)")
    parser.add_argument("--machines", type=int, default=0, help="how many there are already on each host")
    parser.add_argument("--crowd", type=int, default=0, help="how many tenants run on each host already")
    parser.add_argument("--tour", type=Path, help="found a platform in this folder, to be led by tests.standin.tour")
    parser.add_argument("--cluster", action="store_true", help="let the hosts be nodes of one failover cluster")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="round trip time to play")
    return parser.parse_args()


if __name__ == "__main__":
    main()
