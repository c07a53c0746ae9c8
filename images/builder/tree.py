"""The root tree: Debian packages, the overlay, the customize hook, and nothing that tells one build from another."""

import hashlib
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from .programs import run
from .recipe import EPOCH, SUITE, Recipe
from .refusals import BuildRefused

# Postfix asks for a configuration when it is installed; ours comes by the guest channel.
_ANSWERS = "postfix postfix/main_mailer_type select No configuration"


def make_tree(recipe: Recipe, work: Path) -> Path:
    """Install the appliance below *work*; return the root folder."""
    root, overlay = work / "root", work / "overlay.tar"
    overlay.write_bytes(recipe.overlay())
    run(_mmdebstrap(recipe, root, overlay), stdin=debian_sources(), env={"SOURCE_DATE_EPOCH": str(EPOCH)})
    forget_times(root)
    return root


def _mmdebstrap(recipe: Recipe, root: Path, overlay: Path) -> list[str]:
    answer = f'printf "%s\\n" {shlex.quote(_ANSWERS)} | chroot "$1" debconf-set-selections'
    return [
        *("mmdebstrap", "--mode=root", "--variant=apt", "--format=directory"),
        # Its own clean-up empties the host's package lists as well; customize does it for the guest.
        *("--skip=cleanup/apt/lists", "--skip=cleanup/apt/cache"),
        f"--include={','.join(recipe.packages)}",
        f"--essential-hook=tar-in {shlex.quote(str(overlay))} /",
        f"--essential-hook={answer}",
        f'--customize-hook={shlex.quote(str(recipe.customize))} "$1"',
        *(SUITE, str(root), "-"),
    ]


def debian_sources() -> str:
    """Return the host's own sources of Debian, without whatever else it is subscribed to."""
    form = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
    filters = ("Identifier: Packages", "Origin: Debian")
    said = run(["apt-get", "indextargets", "--format", form, *filters])
    lines = sorted({line for line in said.splitlines() if f" {SUITE}" in line})
    if not lines:
        raise BuildRefused(
            "image-no-sources", f"this host knows no Debian {SUITE} packages", "run apt-get update on Debian 12"
        )
    return "\n".join(lines) + "\n"


def package_versions(root: Path) -> dict[str, str]:
    """Return what is installed, by name."""
    said = run(["dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", "--showformat=${Package} ${Version}\\n"])
    return dict(line.split(" ", 1) for line in said.splitlines())


def forget_times(root: Path) -> None:
    """Make every file as old as the recipe says, if it is younger."""
    for path in (root, *_walk(root)):
        if path.lstat().st_mtime > EPOCH:
            os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def tree_hash(root: Path) -> str:
    """Return the SHA-256 over names, kinds, modes, owners, times, attributes and content of everything in *root*."""
    digest = hashlib.sha256()
    for path in _walk(root):
        digest.update(_described(path, path.relative_to(root)))
    return digest.hexdigest()


def _walk(root: Path) -> Iterator[Path]:
    return iter(sorted(root.rglob("*")))


def _described(path: Path, name: Path) -> bytes:
    found = path.lstat()
    words = [str(name), f"{found.st_mode:o}", found.st_uid, found.st_gid, int(found.st_mtime), found.st_rdev]
    words += [f"{key}={os.getxattr(path, key, follow_symlinks=False)!r}" for key in sorted(_attributes(path))]
    if stat.S_ISLNK(found.st_mode):
        words.append(str(path.readlink()))
    if stat.S_ISREG(found.st_mode):
        words.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return "\0".join(map(str, words)).encode("utf-8", "surrogateescape") + b"\n"


def _attributes(path: Path) -> list[str]:
    return os.listxattr(path, follow_symlinks=False)
