"""Every verb of every subject demands its right before anything else, and knows nothing out of scope."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailstead.access import Access
from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.items.search import Query
from mailstead.people.errors import Forbidden, StepUpNeeded
from mailstead.salvage.model import Choice
from mailstead.salvage.packing import Form
from mailstead.tenants.model import Alias, Mailbox, MailDomain, MailList, Tenant
from mailstead.tenants.windows import Windows

from .stage import CAST, Stage, open_stage

ARGUMENTS: dict[str, Any] = {
    "address": "anna@acme.example",
    "choice": Choice(1, "anna@acme.example"),
    "confirm": "acme",
    "domain": MailDomain(name="new.example"),
    "entry": Alias(address="new@acme.example", targets=("anna@acme.example",)),
    "configuration": "copy.vmcx",
    "folder": "copy",
    "host": "kvm1",
    "platform": "mailstead",
    "service": "W32Time",
    "form": Form.ZIP,
    "label": "before-update",
    "mails": ("x",),
    "mailbox": Mailbox(address="new@acme.example"),
    "order": "o000000000000",
    "path": "etc/hostname",
    "place": "/srv/hostname",
    "query": Query(),
    "read": tuple,
    "reason": "a lawsuit",
    "rules": (),
    "since": None,
    "snapshot": 1,
    "snapshots": (1,),
    "to": "kvm2",
    "windows": Windows(image="server.vhdx"),
}
PLATFORM = {"hosts", "people", "platform", "quarantine"}  # subjects that are of no tenant
OWN = {("audit", "head"), ("audit", "verify"), ("plans", "drift"), ("plans", "preview"), ("tenants", "add")}


class _NoPlatform:
    """Stands for a platform of which only the verbs are asked."""

    def acting_as(self, actor: str, source: str) -> "_NoPlatform":
        return self


def _verbs() -> Iterator[tuple[str, str]]:
    """Yield (subject, verb) of all there is."""
    access = Access(_NoPlatform(), CAST["charlie"])  # type: ignore[arg-type]
    for subject, owner in sorted(vars(access).items()):
        for verb, _ in inspect.getmembers(type(owner), inspect.isfunction):
            if subject != "caller" and not verb.startswith("_"):
                yield subject, verb


VERBS = list(_verbs())
OF_TENANTS = [pair for pair in VERBS if pair not in OWN and pair[0] not in PLATFORM]


def _call(access: Access, subject: str, verb: str, tenant: str) -> object:
    function: Callable[..., object] = getattr(getattr(access, subject), verb)
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not inspect.Parameter.empty or parameter.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        given[name] = ARGUMENTS.get(name, tenant)
    if (subject, verb) in {("tenants", "add"), ("plans", "preview")}:
        given["tenant"] = Tenant.parse({"name": "new", "domains": [{"name": "new.example"}]})
    if (subject, verb) == ("tenants", "owner_of"):
        given["domain"] = f"{tenant}.example"
    if subject == "lists" and "entry" in given:
        given["entry"] = MailList(address="new@acme.example")
    if "confirm" in given:
        given["confirm"] = tenant
    return function(**given)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = open_stage(tmp_path_factory.mktemp("rights"), "acme", "globex")
    yield made
    made.engine.close()


@pytest.mark.parametrize(("subject", "verb"), VERBS)
def test_who_has_no_right_is_refused_whatever_they_name(shared: Stage, subject: str, verb: str) -> None:
    for tenant in ("acme", "missing"):
        with pytest.raises(Forbidden):
            _call(shared.as_("charlie"), subject, verb, tenant)


@pytest.mark.parametrize(("subject", "verb"), VERBS)
def test_a_mailbox_user_asks_for_their_own_mailbox_and_nothing_else(shared: Stage, subject: str, verb: str) -> None:
    if subject == "own_mailbox":
        return
    for tenant in ("acme", "globex"):
        with pytest.raises(Forbidden):
            _call(shared.as_("uma"), subject, verb, tenant)


@pytest.mark.parametrize(("subject", "verb"), [pair for pair in VERBS if pair[0] == "own_mailbox"])
@pytest.mark.parametrize("who", [name for name in CAST if name != "uma"])
def test_whoever_has_no_mailbox_has_none_of_their_own(shared: Stage, who: str, subject: str, verb: str) -> None:
    with pytest.raises(Forbidden):
        _call(shared.as_(who), subject, verb, "acme")


@pytest.mark.parametrize(("subject", "verb"), OF_TENANTS)
def test_another_tenant_is_as_missing_as_one_that_never_was(shared: Stage, subject: str, verb: str) -> None:
    told = []
    for tenant in ("acme", "missing"):
        try:
            found = _call(shared.as_("bob"), subject, verb, tenant)
        except (NotFound, Forbidden, StepUpNeeded) as error:
            told.append(f"{error.code} {error.message} {error.value}".replace(tenant, "TENANT"))
        except MailsteadError as error:
            pytest.fail(f"{subject}.{verb} went on to {error.code}")
        else:
            told.append("nobody" if found is None else "pages")
    assert told[0] == told[1]
    if told[0] == "nobody":
        assert verb == "owner_of"
    if told[0] == "pages":
        assert verb in {"page", "overview", "counts", "troubled"}
