"""What somebody looks for in backups, as it stands in the page's address (0172). Times are the reader's own."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailstead.ground.errors import InvalidInput
from mailstead.items.search import Query
from mailstead.salvage.looking import At
from mailstead.web.pages.backups.asked import chosen
from mailstead.web.visit import Visit, at

DAY = timedelta(days=1)
TEXT_MOST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """In which backup (none named: the newest, or as of the day `asof`; or in all of them), whose mail, and which.

    `behind` is when the last mail of the page before arrived.
    """

    snapshot: int | None
    asof: date | None
    everywhere: bool
    address: str
    folder: str
    sender: str
    subject: str
    since: date | None
    until: date | None
    behind: datetime | None
    zone: ZoneInfo

    @property
    def moment(self) -> At:
        return self.snapshot or (self._begin(self.asof + DAY) - timedelta(microseconds=1) if self.asof else None)

    @property
    def query(self) -> Query:
        since = self.behind or (self._begin(self.since) if self.since else None)
        until = self._begin(self.until + DAY) if self.until else None
        return Query(self.folder, self.sender, "", self.subject, since, until)

    @property
    def looks(self) -> bool:
        """Whether mails are asked for, and not only which folders there are."""
        return bool(self.address) and (self.everywhere or self.query != Query())

    @property
    def in_order(self) -> bool:
        """Whether mails come in the order of their arrival, so that there is a next page."""
        return self.everywhere or bool(self.folder)

    def within(self, number: int) -> "Asked":
        """Return the same for just this backup."""
        return replace(self, snapshot=number, asof=None)

    def path(self, tenant: str, **changed: object) -> str:
        """Return where a tenant's page shows this, with what is *changed*."""
        one = replace(self, **changed)  # type: ignore[arg-type]  # the names are those of the fields
        told = {name: getattr(one, name) for name in ("snapshot", "asof", "address", "folder", "sender", "subject")}
        told |= {"since": one.since, "until": one.until, "everywhere": "yes" if one.everywhere else ""}
        return at(f"/tenants/{tenant}/backups/mail", **told, behind=one.behind.isoformat() if one.behind else "")

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def asked(visit: Visit) -> Asked:
    """Read a page's address. Raises InvalidInput."""
    address, folder, sender, subject = (
        visit.query(name)[:TEXT_MOST] for name in ("address", "folder", "sender", "subject")
    )
    return Asked(
        chosen(visit),
        _day(visit, "asof"),
        visit.query("everywhere") == "yes",
        address,
        folder,
        sender,
        subject,
        _day(visit, "since"),
        _day(visit, "until"),
        _moment(visit, "behind"),
        visit.look.tzinfo,
    )


def _day(visit: Visit, name: str) -> date | None:
    text = visit.query(name)
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise _no_date(name, text) from None
    if found and not 1970 <= found.year <= 9000:
        raise _no_date(name, text)
    return found


def _moment(visit: Visit, name: str) -> datetime | None:
    text = visit.query(name).replace(" ", "+")
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise _no_date(name, text) from None
    if found and found.tzinfo is None:
        raise _no_date(name, text)
    return found


def _no_date(name: str, text: str) -> InvalidInput:
    return InvalidInput(f"{text!r} is no date", field=name, value=text[:TEXT_MOST], remedy="write it as 2026-11-03")
