"""Mails of backups given back, after it was shown what that does; or taken along as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from starlette.responses import Response, StreamingResponse

from mailstead.backup.model import Snapshot
from mailstead.ground.errors import InvalidInput, MailsteadError, NotFound
from mailstead.items.plan import Outcome, Verdict
from mailstead.people.errors import Forbidden, StepUpNeeded
from mailstead.salvage.model import Choice
from mailstead.salvage.packing import Form
from mailstead.web.page import Page
from mailstead.web.pages.backups.asked import named, number_of
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

MAIL = "mail:"
PLACES = ("restored", "old", "other")
FOLDER_MOST = 200


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of mails: how many of them are new, lack flags, are there, or cannot be read."""

    counts: Mapping[Verdict, int]
    failed: tuple[Outcome, ...]

    @classmethod
    def of(cls, outcomes: list[Outcome]) -> "Foreseen":
        verdicts = [one.verdict for one in outcomes]
        failed = tuple(one for one in outcomes if one.verdict is Verdict.FAILED)
        return cls({verdict: verdicts.count(verdict) for verdict in Verdict}, failed)


def preview(visit: Visit, tenant: str) -> Response:
    """Show where mails would go, and how many are there already; of a whole folder that is told afterwards."""
    choices, shown = choices_of(visit), frame(visit, tenant)
    foreseen, trouble = None, None
    if not visit.again:
        versions = {one.number: one for one in visit.access.salvage.versions(tenant)}
        try:
            foreseen = _foreseen(visit, tenant, choices, versions)
        except (Forbidden, StepUpNeeded):
            raise
        except MailsteadError as error:
            trouble = error
    return visit.show(
        "pages/backed_mail/preview.html",
        **shown,
        choices=choices,
        mails=sum(len(choice.guids) for choice in choices),
        place=_place(visit),
        foreseen=foreseen,
        trouble=trouble,
    )


def restore(visit: Visit, tenant: str) -> Response:
    """Order it: once for each backup that mails were chosen of."""
    choices = choices_of(visit)
    versions = {one.number: one for one in visit.access.salvage.versions(tenant)}
    wanted = [_placed(visit, tenant, choice, versions) for choice in choices]
    orders = [visit.access.salvage.give_back(tenant, choice) for choice in wanted]
    path = f"/orders/{orders[0].id}" if len(orders) == 1 else f"/tenants/{tenant}/orders"
    return visit.done(path, visit.text("The mails are being given back; below is told what becomes of them."))


def download(visit: Visit, tenant: str) -> Response:
    """Answer with a file of the chosen mails."""
    choices = choices_of(visit)
    if len(choices) > 1:
        remedy = "download those of each backup by themselves"
        raise InvalidInput("these mails are of several backups", field="mails", remedy=remedy)
    form = _form(visit)
    pieces = visit.access.salvage.download(tenant, choices[0], form)
    headers = {"content-disposition": f'attachment; filename="mail.{form}"'}
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)


def choices_of(visit: Visit) -> list[Choice]:
    """Return what a form chose, for each backup: the mails ticked, or all of a folder. Raises InvalidInput."""
    address, folder = visit.form.get("address", ""), visit.form.get("folder", "")
    if visit.form.get("all") == "yes":
        return [Choice(named(visit), address, folder)]
    guids: dict[int, list[str]] = {}
    for field in visit.form:
        if field.startswith(MAIL):
            number, _, guid = field.removeprefix(MAIL).partition(":")
            guids.setdefault(number_of(number), []).append(guid)
    if not guids or "" in chain.from_iterable(guids.values()):
        raise InvalidInput("no mail is chosen", field="mails", remedy="tick some mails first")
    return [Choice(number, address, guids=tuple(found)) for number, found in sorted(guids.items())]


def _foreseen(visit: Visit, tenant: str, choices: list[Choice], versions: Mapping[int, Snapshot]) -> Foreseen | None:
    if not all(choice.guids for choice in choices):
        return None
    wanted = [_placed(visit, tenant, choice, versions) for choice in choices]
    return Foreseen.of([one for choice in wanted for one in visit.access.salvage.foresee(tenant, choice)])


def _placed(visit: Visit, tenant: str, choice: Choice, versions: Mapping[int, Snapshot]) -> Choice:
    """Return the choice with the folder that it goes to. Raises NotFound for a backup that went meanwhile."""
    if choice.snapshot not in versions:
        remedy = "choose one of the list"
        raise NotFound("there is no such backup", field="snapshot", value=choice.snapshot, remedy=remedy)
    return replace(choice, into=_into(visit, tenant, versions[choice.snapshot]))


def _place(visit: Visit) -> str:
    given = visit.form.get("place", "")
    return given if given in PLACES else PLACES[0]


def _into(visit: Visit, tenant: str, snapshot: Snapshot) -> str:
    """Return the folder that a form wants; empty: to the old ones. Raises InvalidInput."""
    if _place(visit) == "restored":
        return visit.running.salvage.restored_folder(tenant, snapshot)
    if _place(visit) == "old":
        return ""
    into = visit.form.get("into", "").strip()
    if not into or len(into) > FOLDER_MOST or not into.isprintable():
        remedy = "give a name such as Restored, or Work/Offers"
        raise InvalidInput(f"{into!r} is no folder", field="into", value=into[:FOLDER_MOST], remedy=remedy)
    return into


def _form(visit: Visit) -> Form:
    given = visit.form.get("form", "")
    if given not in list(Form):
        raise InvalidInput(f"{given!r} is no kind of file", field="form", value=given, remedy="eml, mbox or zip")
    return Form(given)


_AT = "/tenants/{tenant}/backups/mail"
GIVING = (
    Page("POST", f"{_AT}/preview", preview),
    Page("POST", f"{_AT}/restore", restore, form=preview),
    Page("POST", f"{_AT}/download", download),
)
