"""What has to change in the machine; pure. A removed mailbox is the only thing that loses anything."""

from collections.abc import Iterable

from mailstead.ground.plans import Change, ChangePlan, compare

from . import rendering
from .items import APPLIED, ConfigFile, Item, MachineClock, MailboxRoom, MailDisk, MailState, Service, listing, mark
from .model import MailHost

_CLOCK_TOLERANCE_S = 5  # signatures and certificates bear it; one-time passwords would not
_CONCERNS = {
    "/etc/dovecot/dovecot.conf": ("dovecot",),  # the users file is read anew by itself
    "/etc/hostname": ("postfix", "rspamd"),
    "/etc/hosts": ("postfix",),
    "/etc/mailstead/tls.pem": ("dovecot", "nginx", "postfix"),
    "/etc/nginx/": ("nginx",),
    "/etc/postfix/": ("postfix",),
    "/etc/resolv.conf": ("postfix",),
    "/etc/rspamd/": ("rspamd",),
    "/etc/systemd/network/": ("postfix", "systemd-networkd"),
}


def compare_mail(wanted: MailHost, found: MailState) -> ChangePlan[Item]:
    """Plan the way from *found* to *wanted*: files, then mailboxes, then the services that must read them anew.

    The subjects read "clock", "mail disk", "file /etc/postfix/main.cf", "mailbox anna@acme.example", "service rspamd".
    """
    fingerprint = rendering.fingerprint(wanted)
    same = found.applied == mark(fingerprint, found.listing)
    files = ChangePlan() if same else _files(wanted, found, fingerprint)
    return _machine(found) + files + _mailboxes(wanted, found) + _services(found, files)


def _machine(found: MailState) -> ChangePlan[Item]:
    clock: Change[Item] = Change("clock", found.clock, MachineClock())
    disk: Change[Item] = Change("mail disk", found.disk, MailDisk())
    off = abs(found.clock.off_s) > _CLOCK_TOLERANCE_S
    return ChangePlan((clock,) * off + (disk,) * (not found.disk.whole))


def _files(wanted: MailHost, found: MailState, fingerprint: str) -> ChangePlan[Item]:
    target = rendering.files(wanted)
    target[APPLIED] = ConfigFile.of(APPLIED, mark(fingerprint, listing(target.values())) + "\n", 0o600)
    return _items(compare(target, found.files, subject="file {}".format))


def _mailboxes(wanted: MailHost, found: MailState) -> ChangePlan[Item]:
    return _items(compare(rendering.mailboxes(wanted), found.mailboxes, subject="mailbox {}".format, loses=_lost_mail))


def _lost_mail(before: MailboxRoom, after: MailboxRoom | None) -> str:
    if after is not None:
        return ""
    size = "" if before.used_bytes is None else f" ({before.used_bytes / 2**20:.1f} MiB)"
    return f"all mail of {before.address}{size}"


def _services(found: MailState, files: ChangePlan[Item]) -> ChangePlan[Item]:
    stale = concerned(change.subject.removeprefix("file ") for change in files)
    before: dict[str, Service] = dict(found.services)
    for name in stale & before.keys():
        was = before[name]
        before[name] = Service(name, was.running, was.enabled, current=False)
    target = rendering.services()
    target |= {name: Service(name) for name in stale - target.keys()}
    return _items(
        compare(target, {name: before[name] for name in before if name in target}, subject="service {}".format)
    )


def concerned(paths: Iterable[str]) -> set[str]:
    """Return the services that must read files anew that have changed at *paths*."""
    return {
        service for path in paths for prefix, names in _CONCERNS.items() if path.startswith(prefix) for service in names
    }


def _items(
    plan: "ChangePlan[ConfigFile] | ChangePlan[MailboxRoom] | ChangePlan[Service]",
) -> ChangePlan[Item]:
    return ChangePlan(tuple(Change(one.subject, one.before, one.after, one.loses) for one in plan))
