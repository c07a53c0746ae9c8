"""/me/mailbox: for whoever signed in with the password of a mailbox. Each change is carried out soon after."""

from fastapi import APIRouter

from mailstead.api.asked import AddressPath, Asked, Read
from mailstead.api.wire.own_mailbox import (
    ForwardingWire,
    OwnAlias,
    OwnMailboxOut,
    OwnMails,
    OwnPassword,
    SettingsOut,
    VacationWire,
)
from mailstead.api.wire.salvage import FoundMails

router = APIRouter(prefix="/me/mailbox", tags=["mailboxes"])


@router.get("")
def get_own_mailbox(read: Read) -> OwnMailboxOut:
    """Return the mailbox, and what may be done with it."""
    return OwnMailboxOut.of(read.own_mailbox.get())


@router.get("/settings")
def get_own_settings(read: Read) -> SettingsOut:
    """Return what a mail program must know."""
    return SettingsOut.of(read.own_mailbox.settings())


@router.post("/password", status_code=204)
def change_own_password(asked: Asked, new: OwnPassword) -> None:
    """Choose another password. All sessions end with it, this one too."""
    before, after = new.secrets
    asked.own_mailbox.set_password(before, after)


@router.put("/forwarding", status_code=204)
def forward_own_mailbox(asked: Asked, new: ForwardingWire) -> None:
    """Send mail on."""
    asked.own_mailbox.forward(new.wanted())


@router.delete("/forwarding", status_code=204)
def keep_own_mailbox(asked: Asked) -> None:
    """Send mail on no more."""
    asked.own_mailbox.forward(None)


@router.put("/vacation", status_code=204)
def answer_own_mailbox(asked: Asked, new: VacationWire) -> None:
    """Answer whoever writes that one is away."""
    asked.own_mailbox.answer(new.wanted())


@router.delete("/vacation", status_code=204)
def return_own_mailbox(asked: Asked) -> None:
    """Answer no more."""
    asked.own_mailbox.answer(None)


@router.post("/aliases", status_code=204)
def add_own_alias(asked: Asked, new: OwnAlias) -> None:
    """Make an alias of one's own, as far as the tenant's administrator allows it."""
    asked.own_mailbox.add_alias(new.address)


@router.delete("/aliases/{address}", status_code=204)
def remove_own_alias(asked: Asked, address: AddressPath) -> None:
    """Remove an alias of one's own."""
    asked.own_mailbox.remove_alias(address)


@router.get("/deleted-mail")
def list_own_deleted_mail(read: Read) -> FoundMails:
    """Return one's own mails that backups hold and the mailbox lost, as far back as the administrator allows."""
    return FoundMails.of(read.own_mailbox.deleted_mail())


@router.post("/deleted-mail/restore", status_code=204)
def restore_own_deleted_mail(asked: Asked, wanted: OwnMails) -> None:
    """Bring some of them back, into a folder of their own."""
    asked.own_mailbox.restore_mail(wanted.snapshot, wanted.mails)
