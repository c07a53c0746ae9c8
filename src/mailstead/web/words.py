"""Words that come from below, such as a status: as they are told, and in which tone. Catalogues translate them."""

TONES = {
    "good": ("active", "done", "passed", "on", "enabled", "whole"),
    "busy": ("queued", "running", "in hand"),
    "warn": (
        "suspended",
        "waiting",
        "warning",
        "unseen",
        "due",
        "paused",
        "maintenance",
        "disabled",
    ),
    "bad": ("failed", "drifted", "removed", "off", "silent", "broken", "full"),
}


def mark(text: str) -> str:
    """Mark a text for translation."""
    return text


WORDS = {
    # a tenant's standing, an order's, a machine's
    "active": mark("in service"),
    "suspended": mark("suspended"),
    "removed": mark("removed"),
    "queued": mark("queued"),
    "running": mark("running"),
    "waiting": mark("waiting"),
    "done": mark("done"),
    "failed": mark("failed"),
    "cancelled": mark("cancelled"),
    "on": mark("on"),
    "off": mark("off"),
    "paused": mark("paused"),
    "silent": mark("silent"),
    "maintenance": mark("maintenance"),
    "enabled": mark("can be used"),
    "disabled": mark("disabled"),
    "full": mark("full"),
    "broken": mark("broken"),
    "whole": mark("whole"),
    # verdicts of checks, kinds of differences
    "passed": mark("passed"),
    "warning": mark("doubtful"),
    "skipped": mark("left out"),
    "drifted": mark("drifted"),
    "unseen": mark("not seen"),
    "in hand": mark("in hand"),
    "due": mark("due"),
    "create": mark("new"),
    "update": mark("changed"),
    "remove": mark("remove"),
    # orders by kind
    "settle": mark("bring to what is wanted"),
    "purge": mark("destroy for good"),
    "checkpoint": mark("make a checkpoint"),
    "restore": mark("bring back to a checkpoint"),
    "drop-checkpoint": mark("forget a checkpoint"),
    "export": mark("copy the machine"),
    "import": mark("make the machine from a copy"),
    "move": mark("move the machine"),
    "equip": mark("equip the Windows machine"),
    # their steps
    "reserve room and numbers": mark("reserve room and numbers"),
    "lay network": mark("lay the network"),
    "make disks": mark("make disks"),
    "start machine": mark("start the machine"),
    "make keys": mark("make keys"),
    "open zones": mark("open DNS zones"),
    "announce next key": mark("announce the next key"),
    "obtain certificate": mark("obtain a certificate"),
    "wait for the machine": mark("wait for the machine"),
    "configure mail server": mark("configure the mail server"),
    "wait for mail": mark("wait for mail"),
    "publish names": mark("publish names"),
    "withdraw names": mark("withdraw names"),
    "stop machine": mark("stop the machine"),
    "take up network": mark("take up the network"),
    "note the day": mark("note the day"),
    "see that it is removed": mark("see that it is removed"),
    "destroy disks": mark("destroy disks"),
    "destroy keys": mark("destroy keys"),
    "forget tenant": mark("forget the tenant"),
    "make checkpoint": mark("make the checkpoint"),
    "bring machine back": mark("bring the machine back"),
    "remove checkpoint": mark("remove the checkpoint"),
    "export machine": mark("copy the machine"),
    "import machine": mark("take the copy in"),
    "prepare the other host": mark("prepare the other host"),
    "move machine": mark("move the machine"),
    "note its host": mark("note its host"),
    "wait for Windows": mark("wait for Windows"),
    "set features": mark("set roles and features"),
    "set services, name servers, firewall": mark("set services, name servers, firewall"),
    "restart if it must": mark("restart if it must"),
    "wait for Windows again": mark("wait for Windows again"),
    # chapters of a plan
    "network": mark("network"),
    "storage": mark("disks"),
    "machine": mark("machine"),
    "certificate": mark("certificate"),
    "dns": mark("DNS"),
    "resolver": mark("resolver"),
    "mail server": mark("mail server"),
    "plan": mark("plan"),
    # roles
    "owner": mark("owner"),
    "admin": mark("administrator"),
    "reader": mark("reader"),
    "tenant-admin": mark("tenant administrator"),
    "auditor": mark("auditor"),
    "user": mark("mailbox user"),
    # kinds of checkpoints
    "production": mark("files made consistent by the guest"),
    "standard": mark("as after a power cut"),
    # factors
    "totp": mark("authenticator app"),
    "passkey": mark("passkey"),
    # who may write to a list, policies
    "anyone": mark("anyone"),
    "members": mark("members only"),
    "none": mark("none"),
    "quarantine": mark("quarantine"),
    "reject": mark("reject"),
    "testing": mark("testing"),
    "enforce": mark("enforce"),
    # kinds of traffic
    "smtp": mark("mail from other servers"),
    "submission": mark("sending by mail programs"),
    "imap": mark("reading by mail programs"),
    "sieve": mark("filter rules"),
    "https": mark("web pages"),
    # themes
    "system": mark("as my system"),
    "light": mark("light"),
    "dark": mark("dark"),
}


def word_of(value: str) -> str:
    """Return how *value* is told; what is not known is told as it is."""
    return WORDS.get(value, value)


def tone_of(value: object) -> str:
    """Return good, busy, warn, bad, or nothing for what has no tone."""
    return next((tone for tone, values in TONES.items() if str(value) in values), "")
