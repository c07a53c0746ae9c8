"""A tenant that serves has one of everything."""

from collections.abc import Iterator

from mailstead.certificates.model import Rollover, key_name
from mailstead.certificates.plan import digests
from mailstead.doctor.facts import Facts, HostFacts
from mailstead.doctor.model import Finding, ForgetSecret
from mailstead.hypervisors.model import Power
from mailstead.storage.model import Role

from .remedies import apply, heal, lost_data

WHY = {
    Power.OFF: ("machine-off", "is switched off"),
    Power.PAUSED: ("machine-paused", "was paused by its hypervisor, most often for want of disk room"),
}


def unplaced(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.serving():
        if entry.host is None:
            told = f"{name} is to serve and lives on no host"
            yield Finding("tenant-unplaced", f"tenant {name}", told, apply(name), tenant=name, fix=heal(facts, name))


def host_gone(facts: Facts) -> Iterator[Finding]:
    for name, entry in (*facts.serving(), *facts.removed()):
        if entry.host is not None and entry.host not in facts.hosts:
            told = f"{name} lives on {entry.host}, which mailstead.toml does not name"
            remedy = "put the host back into mailstead.toml; it may leave when no tenant lives on it"
            yield Finding("host-gone", f"host {entry.host}", told, remedy, tenant=name, host=entry.host)


def machine(facts: Facts) -> Iterator[Finding]:
    for name, home in _homes(facts):
        if home.machines is None:
            continue
        found = home.machines.get(name)
        code, told = WHY.get(found.power, ("", "")) if found else ("machine-missing", "is not there")
        if found and not code and found.pending:
            code, told = "machine-pending", "will come back in another shape when it is started next"
        if code:
            told = f"the machine of {name} on {home.name} {told}"
            fix = heal(facts, name)
            yield Finding(code, f"machine {name}", told, apply(name), tenant=name, host=home.name, fix=fix)


def segment(facts: Facts) -> Iterator[Finding]:
    for name, home in _homes(facts):
        if home.segments is None:
            continue
        found = home.segments.get(name)
        flaws = found.flaws if found else ("it is not there",)
        if flaws:
            code = "segment-flawed" if found else "segment-missing"
            told = f"the segment of {name} on {home.name} is not sound: {'; '.join(flaws)}"
            fix = heal(facts, name)
            yield Finding(code, f"segment {name}", told, apply(name), tenant=name, host=home.name, fix=fix)


def disks(facts: Facts) -> Iterator[Finding]:
    for name, home in _homes(facts):
        if home.volumes is None:
            continue
        there = {key.role for key in home.volumes if key.tenant == name}
        for role in sorted(set(Role) - there):
            told = f"{name} has no {role} disk on {home.name}"
            remedy = apply(name)
            if role is Role.DATA and lost_data(facts, name):
                remedy = f"bring the disk back from where it went; {remedy} would begin with an empty one"
            fix = heal(facts, name)
            yield Finding("disk-missing", f"{role} disk of {name}", told, remedy, tenant=name, host=home.name, fix=fix)


def certificate(facts: Facts) -> Iterator[Finding]:
    for name, _ in facts.mailing():
        current = facts.kept.rollovers.get(name, Rollover()).current
        if current is None:
            code, told = "certificate-missing", "has no certificate"
        elif not current.not_before <= facts.now < current.not_after:
            told = (
                f"serves a certificate that is valid from {current.not_before:%Y-%m-%d} to {current.not_after:%Y-%m-%d}"
            )
            code = "certificate-invalid"
        else:
            continue
        fix = heal(facts, name)
        yield Finding(code, f"certificate of {name}", f"{name} {told}", apply(name), tenant=name, fix=fix)


def keys(facts: Facts) -> Iterator[Finding]:
    """The keys in the vault are those that the certificates are about."""
    for name, state in facts.kept.rollovers.items():
        if name not in facts.entries or name in facts.busy:
            continue
        for key in (key for key in (state.current, state.next, state.old) if key):
            secret = key_name(key.generation)
            if facts.kept.keys.get((name, secret)) != key.spki:
                there = secret in facts.kept.secrets.get(name, ())
                told = f"key {key.generation} of {name} in the vault is {'another one' if there else 'not there'}"
                remedy = "bring back a copy of database and key file in which they fit together"
                yield Finding("key-differs", f"secret {secret} of {name}", told, remedy, tenant=name)


def keys_left(facts: Facts) -> Iterator[Finding]:
    for name, _ in (*facts.serving(), *facts.removed()):
        state = facts.kept.rollovers.get(name, Rollover())
        known = {key_name(key.generation) for key in (state.current, state.next, state.old) if key}
        for secret in facts.kept.secrets.get(name, ()):
            if secret.startswith("tls-key/") and secret not in known:
                told = f"the vault keeps {secret} of {name}, which no certificate names"
                remedy = "mailstead doctor --fix"
                fix = ForgetSecret(name, secret)
                yield Finding("key-left", f"secret {secret} of {name}", told, remedy, tenant=name, fix=fix)


def dkim(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.mailing():
        known = facts.kept.dkim.get(name, {})
        for domain in entry.tenant.domains:
            if domain.name not in known:
                told = f"{domain.name} has no DKIM keys"
                fix = heal(facts, name)
                yield Finding("dkim-missing", f"DKIM of {domain.name}", told, apply(name), tenant=name, fix=fix)


def tlsa(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.serving():
        records = facts.names.records.get(entry.tenant.primary_domain)
        state = facts.kept.rollovers.get(name, Rollover())
        if records is None or state.current is None:
            continue
        place = f"_25._tcp.{entry.tenant.mail_host}"
        published = {record.value.split()[-1] for record in records if record.name == place and record.kind == "TLSA"}
        if published != set(digests(state)):
            told = f"the TLSA records at {place} do not fit the keys of {name}"
            fix = heal(facts, name)
            yield Finding("tlsa-differs", f"record {place} TLSA", told, apply(name), tenant=name, fix=fix)


def noted_removed(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.serving():
        if entry.removed_at is not None:
            told = f"{name} is to serve, and is noted as removed since {entry.removed_at:%Y-%m-%d}"
            yield Finding("noted-removed", f"tenant {name}", told, f"mailstead tenant resume {name}", tenant=name)


def _homes(facts: Facts) -> Iterator[tuple[str, HostFacts]]:
    for name, entry in facts.serving():
        home = facts.home(entry)
        if home:
            yield name, home
