"""Running what does the work."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from .refusals import BuildRefused


def run(argv: Sequence[str], *, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
    """Return what a program printed; raise BuildRefused with its last words when it fails."""
    settings = {**os.environ, "LC_ALL": "C", **(env or {})}
    done = subprocess.run(list(argv), input=stdin, capture_output=True, text=True, env=settings, check=False)
    if done.returncode:
        raise failed(argv[0], done.stdout + done.stderr)
    return done.stdout


def failed(program: str, said: str) -> BuildRefused:
    """Explain a failure: a full disk and a registry out of reach are told apart from the rest."""
    lines = [line for line in said.splitlines() if line.strip()]
    message = f"{program} failed: " + " | ".join(lines[-4:])
    if "No space left on device" in said:
        return BuildRefused("image-no-room", message, "make room, or name another folder with --cache")
    if any(words in said for words in ("Could not resolve", "Failed to fetch", "Could not connect")):
        remedy = "see that apt-get update works on this host: the build uses its sources"
        return BuildRefused("image-no-packages", message, remedy)
    return BuildRefused("image-build-failed", message, "read the message; the build changed nothing")
