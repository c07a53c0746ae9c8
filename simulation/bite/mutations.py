"""The guards that are taken out, as data: where each stands, what is put in its place, which tests must notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """In *file* (below src/mailstead) the text *before*, found there once, becomes *after*."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


_CRASHES = "tests/lifecycle/test_crashes.py"
_CALLS = f"{_CRASHES}::test_killed_in_a_drivers_call_it_comes_to_the_same_end"
_WRITES = f"{_CRASHES}::test_killed_between_two_writes_to_the_database_it_comes_to_the_same_end"
_BACKUPS = "tests/protection/test_crashes.py"

MUTATIONS = (
    Mutation(
        "machine: made anew, not adopted",
        "hypervisors/drivers/memory.py",
        "        entry = self._entries.get(machine.name)\n        if entry is None:",
        "        entry = self._entries.get(machine.name)\n        if True:",
        ("tests/hypervisors", f"{_CALLS}[enlarge]"),
    ),
    Mutation(
        "machine: a removal goes on though it is gone",
        "lifecycle/steps.py",
        "        if ports is None or name not in ports.machines.machines():\n            return []",
        "        if ports is None:\n            return []\n        ports.machines.machines()[name]",
        (f"{_CALLS}[remove]",),
    ),
    Mutation(
        "disk: what is there is not looked at",
        "lifecycle/parts/storage.py",
        "        there = {key: found[key] for key in keys if key in found}",
        "        there: dict[VolumeKey, Volume] = {}",
        ("tests/lifecycle/test_lives.py",),
    ),
    Mutation(
        "zone: made without a note that we made it",
        "dns/workflow.py",
        "            self._ledger.note_zone(zone, tenant)",
        "            pass",
        ("tests/dns/test_publisher.py", f"{_CALLS}[purge]"),
    ),
    Mutation(
        "records: sent before they are claimed, released before they are gone",
        "dns/workflow.py",
        "            self._ledger.release(zone, tenant, self._ledger.of(zone, tenant))",
        "            pass",
        ("tests/dns/test_publisher.py",),
    ),
    Mutation(
        "numbers: new ones at each try",
        "networks/store.py",
        "self._held(connection, tenant) or self._take(connection, tenant)",
        "self._take(connection, tenant)",
        ("tests/networks/test_store.py", "tests/lifecycle/test_lives.py"),
    ),
    Mutation(
        "keys: made anew at each try",
        "security/store.py",
        "            if there := _find(connection, key, tenant, name):\n                return there.value\n",
        "",
        ("tests/security", f"{_WRITES}[onboard]"),
    ),
    Mutation(
        "keys: a retired one is noted before it is forgotten",
        "lifecycle/parts/credentials.py",
        "            self.world.vault.remove(subject.name, key_name(state.old.generation))\n"
        "            self.world.certificates.retired(subject.name, state.old.generation)\n",
        "            self.world.certificates.retired(subject.name, state.old.generation)\n"
        "            self.world.vault.remove(subject.name, key_name(state.old.generation))\n",
        (f"{_WRITES}[retire-key]",),
    ),
    Mutation(
        "lease: everybody gets it",
        "orders/drivers/memory/journal.py",
        "        if resource in self._held:\n            return None\n",
        "",
        ("tests/orders/test_memory.py",),
    ),
    Mutation(
        "token: an execution that was replaced acts on",
        "orders/plan.py",
        "        if order.token != token or not order.status.is_open:\n            raise Stopped\n",
        "",
        ("tests/orders/test_memory.py",),
    ),
    Mutation(
        "checkpoint: not kept",
        "orders/drivers/memory/course.py",
        "        self._steps.append((name, json.dumps(result)))\n",
        "",
        ("tests/orders/test_memory.py",),
    ),
    Mutation(
        "name: a second tenant of the same name",
        "tenants/store.py",
        "                raise _there(tenant.name) from error",
        "                return self.get(tenant.name)",
        ("tests/tenants/test_store.py",),
    ),
    Mutation(
        "domain: a second owner is not told",
        "tenants/store.py",
        "        if taken:\n            raise _taken(domain.name)\n",
        "        if taken:\n            continue\n",
        ("tests/tenants/test_store.py",),
    ),
    Mutation(
        "change: what others changed in between is overwritten",
        "lifecycle/verbs.py",
        "    if now != known:",
        "    if False:",
        ("tests/lifecycle/test_lives.py",),
    ),
    Mutation(
        "adding: others may change what may still be refused",
        "lifecycle/verbs.py",
        "        if self._world.numbers.of(name) is None:",
        "        if False:",
        ("tests/lifecycle/test_lives.py",),
    ),
    Mutation(
        "lease: everybody gets it, in the database",
        "orders/store.py",
        '.where(leases.c.resource == resource, or_(leases.c.holder == "", leases.c.expires < now))',
        ".where(leases.c.resource == resource)",
        ("tests/orders",),
    ),
    Mutation(
        "token: nobody asks before an effect whether the order is still ours",
        "orders/plan.py",
        "    if order.token != token or not order.status.is_open:\n        raise LostLease",
        "    if False:\n        raise LostLease",
        ("tests/orders/test_memory.py", "tests/orders/test_pairs.py"),
    ),
    Mutation(
        "quarantine: a restored state acts",
        "state/store.py",
        "        self.get().refuse_quarantined()",
        "        pass",
        ("tests/wiring/test_old_states.py", "tests/wiring/test_state_backup.py"),
    ),
    Mutation(
        "claim: a host of another platform is ours too",
        "sites/claims.py",
        "        if found.platform != self.platform:",
        "        if False:",
        ("tests/wiring/test_two_platforms.py",),
    ),
    Mutation(
        "backup: made anew at each try",
        "protection/keeping.py",
        "            if made := _adopted(self._ground.store(name), order):\n",
        "            if made := None:\n",
        (f"{_BACKUPS}::test_killed_in_a_drivers_call_it_comes_to_the_same_end[run]",),
    ),
    Mutation(
        "backup: confirmed without the lease",
        "backup/store/tenant_store.py",
        "            self._catalogue.take_back(snapshot)\n",
        "            pass\n",
        ("tests/backup/test_collection.py",),
    ),
    Mutation(
        "hold: a prune goes past it on the second copy",
        "protection/keeping.py",
        "_removed(store, order, set(numbers) - held, mine)",
        "_removed(store, order, set(numbers), mine)",
        ("tests/protection/test_orders.py",),
    ),
    Mutation(
        "hold: nobody looks for it when a snapshot is removed",
        "backup/store/catalogue.py",
        "            self._refuse_held(number)\n",
        "            pass\n",
        ("tests/backup/test_collection.py",),
    ),
    Mutation(
        "collection: leases are not heeded",
        "backup/store/collecting.py",
        "if number <= oldest}",
        "if number <= newest}",
        ("tests/backup/test_collection.py",),
    ),
    Mutation(
        "beside: a second machine has the card of the tenant's own",
        "protection/twins.py",
        "nic=_card(tenants.nic, twin)",
        "nic=tenants.nic",
        ("tests/protection/test_other_places.py",),
    ),
    Mutation(
        "due: who is overdue waits for the window all the same",
        "protection/store.py",
        "served, or_(late, awake)",
        "served, awake",
        ("tests/protection/test_watch.py",),
    ),
)
