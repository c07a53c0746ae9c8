"""Words that come from below, such as a status: as they are told, and in which tone. Catalogues translate them."""

TONES = {
    "good": ("active", "done", "passed", "on", "running well", "full access", "whole"),
    "busy": ("queued", "running", "in hand", "suspending"),
    "warn": (
        "suspended",
        "waiting",
        "warning",
        "unseen",
        "due",
        "paused",
        "maintenance",
        "second",
        "enrol",
        "disabled",
    ),
    "bad": ("failed", "drifted", "removed", "off", "silent", "broken"),
}


def N_(text: str) -> str:  # noqa: N802  # the name that gettext's tools look for
    """Mark a text for translation."""
    return text


WORDS = {
    # a tenant's standing, an order's, a machine's
    "active": N_("in service"),
    "suspended": N_("suspended"),
    "removed": N_("removed"),
    "queued": N_("queued"),
    "running": N_("running"),
    "waiting": N_("waiting"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "on": N_("on"),
    "off": N_("off"),
    "paused": N_("paused"),
    "silent": N_("silent"),
    "maintenance": N_("maintenance"),
    "disabled": N_("disabled"),
    "broken": N_("broken"),
    "whole": N_("whole"),
    # verdicts of checks, kinds of differences
    "passed": N_("passed"),
    "warning": N_("doubtful"),
    "skipped": N_("left out"),
    "drifted": N_("drifted"),
    "unseen": N_("not seen"),
    "in hand": N_("in hand"),
    "due": N_("due"),
    "create": N_("new"),
    "update": N_("changed"),
    "remove": N_("remove"),
    # orders by kind
    "settle": N_("bring to what is wanted"),
    "purge": N_("destroy for good"),
    "checkpoint": N_("make a checkpoint"),
    "restore": N_("bring back to a checkpoint"),
    "drop-checkpoint": N_("forget a checkpoint"),
    "export": N_("copy the machine"),
    "import": N_("make the machine from a copy"),
    "move": N_("move the machine"),
    "equip": N_("equip the Windows machine"),
    # their steps
    "reserve room and numbers": N_("reserve room and numbers"),
    "lay network": N_("lay the network"),
    "make disks": N_("make disks"),
    "start machine": N_("start the machine"),
    "make keys": N_("make keys"),
    "open zones": N_("open DNS zones"),
    "announce next key": N_("announce the next key"),
    "obtain certificate": N_("obtain a certificate"),
    "wait for the machine": N_("wait for the machine"),
    "configure mail server": N_("configure the mail server"),
    "wait for mail": N_("wait for mail"),
    "publish names": N_("publish names"),
    "withdraw names": N_("withdraw names"),
    "stop machine": N_("stop the machine"),
    "take up network": N_("take up the network"),
    "note the day": N_("note the day"),
    "see that it is removed": N_("see that it is removed"),
    "destroy disks": N_("destroy disks"),
    "destroy keys": N_("destroy keys"),
    "forget tenant": N_("forget the tenant"),
    "make checkpoint": N_("make the checkpoint"),
    "bring machine back": N_("bring the machine back"),
    "remove checkpoint": N_("remove the checkpoint"),
    "export machine": N_("copy the machine"),
    "import machine": N_("take the copy in"),
    "prepare the other host": N_("prepare the other host"),
    "move machine": N_("move the machine"),
    "note its host": N_("note its host"),
    "wait for Windows": N_("wait for Windows"),
    "set features": N_("set roles and features"),
    "set services, name servers, firewall": N_("set services, name servers, firewall"),
    "restart if it must": N_("restart if it must"),
    "wait for Windows again": N_("wait for Windows again"),
    # chapters of a plan
    "network": N_("network"),
    "storage": N_("disks"),
    "machine": N_("machine"),
    "credentials": N_("keys and certificate"),
    "names": N_("DNS"),
    "trust": N_("DNSSEC"),
    "mail": N_("mail server"),
    "plan": N_("plan"),
    # roles
    "owner": N_("owner"),
    "admin": N_("administrator"),
    "reader": N_("reader"),
    "tenant-admin": N_("tenant administrator"),
    "auditor": N_("auditor"),
    "user": N_("mailbox user"),
    # factors
    "totp": N_("authenticator app"),
    "passkey": N_("passkey"),
    # who may write to a list, policies
    "anyone": N_("anyone"),
    "members": N_("members only"),
    "none": N_("none"),
    "quarantine": N_("quarantine"),
    "reject": N_("reject"),
    "testing": N_("testing"),
    "enforce": N_("enforce"),
    # kinds of traffic
    "smtp": N_("mail from other servers"),
    "submission": N_("sending by mail programs"),
    "imap": N_("reading by mail programs"),
    "sieve": N_("filter rules"),
    "https": N_("web pages"),
    # themes
    "system": N_("as my system"),
    "light": N_("light"),
    "dark": N_("dark"),
}


def word_of(value: str) -> str:
    """Return how *value* is told; what is not known is told as it is."""
    return WORDS.get(value, value)


def tone_of(value: object) -> str:
    """Return good, busy, warn, bad, or nothing for what has no tone."""
    return next((tone for tone, values in TONES.items() if str(value) in values), "")
