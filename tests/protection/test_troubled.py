"""Who is in trouble is asked of the book alone: overdue, failing or damaged; never who is off, gone, or another's."""

from datetime import timedelta

from mailstead.ground.scope import Scope
from tests.lifecycle.stage import Stage, tenant

from .stage import verbs

PATIENCE = timedelta(hours=36)


def _troubled(stage: Stage, scope: Scope | None = None) -> list[str]:
    overdue = stage.outside.clock.now() - PATIENCE
    return list(verbs(stage).ground.book.troubled(overdue, limit=10, scope=scope or Scope(None)))


def test_whoever_waits_longest_comes_first_and_each_kind_of_trouble_counts(stage: Stage) -> None:
    for name in ("globex", "hooli"):
        stage.done(stage.lifecycle.add(tenant(name)))
    book, now = verbs(stage).ground.book, stage.outside.clock.now()
    book.begin(["acme", "globex", "hooli"], now)
    assert _troubled(stage) == []
    book.failed("hooli", now, "the target is full")
    book.good("globex", now + timedelta(hours=1), 1)
    book.tended("globex", now, "a pack is broken")
    assert _troubled(stage) == ["hooli", "globex"]
    assert _troubled(stage, Scope.of("globex", "acme")) == ["globex"]
    stage.outside.clock.sleep(PATIENCE.total_seconds())
    assert _troubled(stage) == ["acme", "hooli", "globex"]


def test_what_is_off_or_removed_is_no_trouble(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant("globex")))
    verbs(stage).ground.book.begin(["acme", "globex"], stage.outside.clock.now())
    stage.outside.clock.sleep(PATIENCE.total_seconds())
    off = stage.world.tenants.get("acme").tenant.backup.changed(off=True)
    stage.done(stage.lifecycle.change("acme", lambda now: now.changed(backup=off)))
    stage.done(stage.lifecycle.remove("globex"))
    assert _troubled(stage) == []


def test_only_those_asked_for_are_read(stage: Stage) -> None:
    book, now = verbs(stage).ground.book, stage.outside.clock.now()
    book.begin(["acme"], now)
    assert book.of(["acme", "nobody"]).keys() == {"acme"}
    assert book.of([]) == {}
