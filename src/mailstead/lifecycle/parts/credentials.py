"""Keys and certificate of a tenant: made once, renewed in time, replaced without a gap for DANE."""

from dataclasses import dataclass
from datetime import datetime

from mailstead.certificates.keys import signing_request, spki
from mailstead.certificates.model import Phase, Rollover, key_name
from mailstead.certificates.plan import next_at, phase, renew_at
from mailstead.dns.model import TTL_S, DkimKey
from mailstead.dns.naming import namings_of, tls_names
from mailstead.ground.errors import NotFound
from mailstead.ground.plans import Change, ChangePlan
from mailstead.lifecycle.keys import SELECTORS, Algorithm, KeyPair
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World
from mailstead.mailservers.model import Identity
from mailstead.security.model import Secret

from .part import Subject

_IN_WORDS = {
    Phase.FIRST: "first certificate",
    Phase.ANNOUNCE: "next key announced",
    Phase.SWITCH: "certificate renewed",
    Phase.RETIRE: "old key retired",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    world: World
    chapter: str = "certificate"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[str]:
        """Say which step of the rollover is due, if any."""
        if not subject.serves:
            return ChangePlan()
        state = look.rollover(subject.name)
        word = self._reissued(subject, state) or _IN_WORDS.get(self._phase(subject, state))
        return ChangePlan((Change(f"certificate {subject.tenant.mail_host}: {word}", None, word),) if word else ())

    def only_time(self, subject: Subject, look: Look) -> bool:
        """Say whether what is due, if anything, is so because time went by: nobody changed anything."""
        state = look.rollover(subject.name)
        return state.current is not None and not self._reissued(subject, state)

    def rests_until(self, subject: Subject, look: Look) -> datetime:
        """Return when the plan may answer differently though nothing has changed but the time."""
        return next_at(look.rollover(subject.name), self.names(subject), self.world.clock.now(), TTL_S)

    def make_dkim(self, subject: Subject) -> list[str]:
        """See that every domain has its DKIM keys; return the domains that got new ones."""
        known = self.world.dkim.of(subject.name)
        new = [domain.name for domain in subject.tenant.domains if domain.name not in known]
        for domain in new:
            pairs = {algorithm: self.dkim_pair(subject.name, domain, algorithm) for algorithm in SELECTORS}
            public = [DkimKey(SELECTORS[algorithm], algorithm, pair.public) for algorithm, pair in pairs.items()]
            self.world.dkim.note(subject.name, domain, public)
        return new

    def dkim_pair(self, tenant: str, domain: str, algorithm: Algorithm) -> KeyPair:
        """Return a domain's key pair, making it if it is not there."""
        name = f"dkim/{domain}/{SELECTORS[algorithm]}"
        return KeyPair.from_bytes(
            self.world.vault.get_or_make(
                tenant, name, lambda: self.world.chance.dkim_pair(algorithm).to_bytes()
            ).reveal()
        )

    def announce(self, subject: Subject) -> list[str]:
        """Make and remember the next key when one is due, and give up the old one when nobody sees it any more."""
        state = self.world.certificates.of(subject.name)
        now = self._phase(subject, state)
        if now is Phase.RETIRE and state.old:
            # The key first: once it is noted as retired, nobody comes back for it.
            self.world.vault.remove(subject.name, key_name(state.old.generation))
            self.world.certificates.retired(subject.name, state.old.generation)
            return [f"key {state.old.generation} retired"]
        if now not in {Phase.FIRST, Phase.ANNOUNCE} or state.next or self._reissued(subject, state):
            return []
        generation = state.current.generation + 1 if state.current else 1
        key = self.world.vault.get_or_make(subject.name, key_name(generation), self.world.chance.tls_key)
        self.world.certificates.announce(subject.name, generation, spki(key))
        return [f"key {generation}"]

    def certify(self, subject: Subject) -> list[str]:
        """Have a certificate issued when one is due: for the next key, or for the same one under more names."""
        state = self.world.certificates.of(subject.name)
        if self._reissued(subject, state) and state.current:
            return self._issue(subject, state.current.generation)
        if self._phase(subject, state) not in {Phase.FIRST, Phase.SWITCH} or state.next is None:
            return []
        if self.world.certificates.pending_chain(subject.name):
            return []
        return self._issue(subject, state.next.generation)

    def identity(self, tenant: str) -> Identity:
        """Return what the machine shall present: a certificate just issued, or the one that serves."""
        state = self.world.certificates.of(tenant)
        pending = self.world.certificates.pending_chain(tenant)
        if pending and state.next:
            return Identity(pending.encode(), self._key(tenant, state.next.generation).reveal())
        if state.current is None:
            raise NotFound(f"{tenant} has no certificate yet", remedy=f"mailstead apply {tenant}")
        return Identity(state.current.chain.encode(), self._key(tenant, state.current.generation).reveal())

    def installed(self, subject: Subject) -> None:
        """Remember that the machine presents the newest certificate."""
        state = self.world.certificates.of(subject.name)
        if state.next and self.world.certificates.pending_chain(subject.name):
            now = self.world.clock.now()
            self.world.certificates.switched(subject.name, state.next.generation, now)

    def names(self, subject: Subject) -> tuple[str, ...]:
        """Return the names that the certificate must hold, the mail host first."""
        numbers = subject.numbers
        return tls_names(
            namings_of(subject.tenant, ipv4=numbers.public_ipv4, ipv6=numbers.public_ipv6, dkim={}, tlsa=(), issuers=())
        )

    def _phase(self, subject: Subject, state: Rollover) -> Phase:
        return phase(state, self.names(subject), self.world.clock.now(), TTL_S)

    def _reissued(self, subject: Subject, state: Rollover) -> str:
        """Say why the same key gets another certificate, for which DANE needs no wait; empty when it needs none."""
        now = self.world.clock.now()
        if state.current and state.current.not_before > now:
            return "issued while our clock was ahead"
        if state.current is None or state.next or now >= renew_at(state.current):
            return ""
        return "names changed" if set(state.current.names) != set(self.names(subject)) else ""

    def _issue(self, subject: Subject, generation: int) -> list[str]:
        names = self.names(subject)
        request = signing_request(self._key(subject.name, generation), names)
        self.world.certificates.issued(subject.name, generation, self.world.issuer.issue(names, request))
        return [f"certificate {generation} for {names[0]} and {len(names) - 1} more"]

    def _key(self, tenant: str, generation: int) -> Secret:
        return self.world.vault.get(tenant, key_name(generation))
