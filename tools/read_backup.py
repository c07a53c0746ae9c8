#!/usr/bin/env python3
"""Restore a disk from a mailstead backup store without mailstead. See docs/formats/backup-store.md, and --help.

Needs Python 3.9 and `pip install cryptography zstandard blake3`. Only reads. A bucket is copied to a folder first.
"""

import argparse
import getpass
import json
import struct
from pathlib import Path

from blake3 import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from zstandard import ZstdError, decompress

CHUNK, FANOUT, ZERO = 65536, 256, bytes(32)


def about(*parts):
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()


def exported_keys(path, passphrase):
    """Return the store's id and the tenants' keys."""
    export = json.loads(Path(path).read_bytes())
    salt, nonce, sealed = (bytes.fromhex(export[name]) for name in ("salt", "nonce", "sealed"))
    key = Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode())
    keys = AESGCM(key).decrypt(nonce, sealed, about("mailstead-backup-keys-1", export["store"]))
    return export["store"], {name: bytes.fromhex(value) for name, value in json.loads(keys).items()}


class Tenant:
    """One tenant's part of a store."""

    def __init__(self, root, store, name, key):
        self.root, self.store, self.name, self.index = Path(root), store, name, {}
        purposes = ("chunk", "node", "pack", "object")
        self.keys = {what: blake3(key, derive_key_context=f"mailstead backup 1 {what}").digest() for what in purposes}

    def files(self, folder):
        return sorted((self.root / "tenants" / self.name / folder).iterdir())

    def snapshots(self):
        """Return all manifests by number."""
        found = {}
        for path in self.files("snapshots"):
            sealed, bound = path.read_bytes(), about("mailstead-backup-1", self.store, str(path.relative_to(self.root)))
            try:
                found[int(path.name)] = json.loads(AESGCM(self.keys["object"]).decrypt(sealed[:12], sealed[12:], bound))
            except (InvalidTag, ValueError):
                print(f"snapshot {path.name} is damaged")
        return found

    def read_footers(self):
        """Learn from the packs themselves where everything lies."""
        for path in self.files("packs"):
            pack = path.read_bytes()
            kind, size, offset = pack[17:18].decode("latin-1"), struct.unpack(">I", pack[-4:])[0], 18
            try:
                footer = self.opened(path, kind, b"\xff" * 12, pack[-4 - size : -4])
            except (InvalidTag, ValueError):
                print(f"pack {path.name} is damaged")
                continue
            for number, (blob, length) in enumerate(struct.iter_unpack(">32sI", footer)):
                self.index.setdefault(blob, []).append((path, kind, number, offset, length))
                offset += length

    def opened(self, path, kind, nonce, sealed):
        key = blake3(bytes.fromhex(path.name), key=self.keys["pack"]).digest()
        bound = about("mailstead-pack-1", self.store, self.name, path.name, kind)
        return AESGCM(key).decrypt(nonce, sealed, bound)

    def blob(self, wanted, what):
        """Return a chunk or node, from whichever pack holds it intact; None if none does."""
        for path, kind, number, offset, length in self.index.get(wanted, ()):
            with path.open("rb") as file:
                file.seek(offset)
                sealed = file.read(length)
            try:
                plain = decompress(self.opened(path, kind, number.to_bytes(12, "big"), sealed))
            except (InvalidTag, ValueError, ZstdError):
                continue
            if blake3(plain, key=self.keys[what]).digest() == wanted:
                return plain
        return None

    def write(self, file, size, wanted, level, offset=0):
        """Write what an id stands for; zeros stay holes. Yield offset and length of what is lost."""
        span = CHUNK * FANOUT**level
        content = self.blob(wanted, "node" if level else "chunk") if wanted != ZERO else b""
        if content is None:
            yield offset, min(span, size - offset)
        elif level:
            for at in range(0, len(content), 32):
                yield from self.write(file, size, content[at : at + 32], level - 1, offset + at // 32 * span // FANOUT)
        else:
            file.seek(offset)
            file.write(content[: size - offset])


def restore(tenant, disk, out):
    """Write a disk as a raw image; return whether all of it is there."""
    size, level, lost = disk["size"], 1, False
    while CHUNK * FANOUT**level < size:
        level += 1
    tenant.read_footers()
    with Path(out).open("xb") as file:
        file.truncate(size)
        for offset, length in tenant.write(file, size, bytes.fromhex(disk["root"]), level):
            lost = not print(f"lost: {length} bytes from {offset} on")
    return not lost


def main():
    parser = argparse.ArgumentParser(description="List a tenant's snapshots, or restore one disk as a raw image.")
    parser.add_argument("store", help="the folder of the store")
    parser.add_argument("keys", help="the key export")
    parser.add_argument("tenant")
    parser.add_argument("--passphrase-file", help="its first line; asked for otherwise")
    parser.add_argument("--restore", nargs=3, metavar=("SNAPSHOT", "DISK", "OUT"))
    args = parser.parse_args()
    secret = Path(args.passphrase_file).read_text().splitlines()[0] if args.passphrase_file else getpass.getpass()
    store, keys = exported_keys(args.keys, secret)
    tenant = Tenant(args.store, store, args.tenant, keys[args.tenant])
    snapshots = tenant.snapshots()
    if args.restore:
        number, name, out = args.restore
        return 0 if restore(tenant, {disk["name"]: disk for disk in snapshots[int(number)]["disks"]}[name], out) else 1
    for number, found in snapshots.items():
        print(number, found["taken"], found["kind"], *(disk["name"] for disk in found["disks"]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
