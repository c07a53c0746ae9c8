"""mailstead mailbox … | alias … | list … | domain …: whose they are follows from the mail domain."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mailstead.ground.names import parse_address
from mailstead.lifecycle.imports import read_mailboxes
from mailstead.security.model import Secret
from mailstead.security.passwords import check_password, generate_password
from mailstead.tenants import changes
from mailstead.tenants.model import Alias, Mailbox, MailDomain, MailList

from .face import Face, NoWait, Yes, confirm, face_of

mailboxes = typer.Typer(no_args_is_help=True)
aliases = typer.Typer(no_args_is_help=True)
lists = typer.Typer(no_args_is_help=True)
domains = typer.Typer(no_args_is_help=True)

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="Mail address; its domain says whose it is.")]
TenantArgument = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made and shown.")
]
Quota = Annotated[int | None, typer.Option("--quota-mib", help="Most that the mailbox may hold, in MiB.")]
Enabled = Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it can be used.")]


@mailboxes.command("add")
def add_mailbox(
    context: typer.Context,
    address: AddressArgument,
    name: Annotated[str, typer.Option(help="Name of the person.")] = "",
    quota_mib: Quota = 1024,
    password_stdin: PasswordStdin = False,
    no_wait: NoWait = False,
) -> None:
    """Add a mailbox. Its password is made and shown once, unless given on standard input."""
    face = face_of(context)
    mailbox = Mailbox.parse({"address": address, "name": name, "quota_mib": quota_mib})
    password = _password(mailbox.address, given=password_stdin)
    with face.platform(worker=not no_wait) as running:
        tenant = running.tenant_of(mailbox.address)
        order = running.lifecycle.add_mailbox(tenant, mailbox, password)
        shown = {} if password_stdin else {"password": password.reveal_text()}
        face.follow(running, order, wait=not no_wait, address=mailbox.address, **shown)
        if shown and not face.json:
            face.say(f"{mailbox.address}  password: {shown['password']}  (shown this once)")


@mailboxes.command("list")
def list_mailboxes(context: typer.Context, tenant: TenantArgument) -> None:
    """List a tenant's mailboxes."""
    face = face_of(context)
    with face.platform() as running:
        rows = [box.model_dump() for box in running.world.tenants.get(tenant).tenant.mailboxes]
    columns = ("address", "name", "quota_mib", "enabled")
    face.rows("", rows, columns=columns, empty=f"{tenant} has no mailboxes: mailstead mailbox add ADDRESS")


@mailboxes.command("set")
def set_mailbox(
    context: typer.Context,
    address: AddressArgument,
    name: Annotated[str | None, typer.Option(help="Name of the person.")] = None,
    quota_mib: Quota = None,
    enabled: Enabled = None,
    password: Annotated[bool, typer.Option("--password", help="Make a new password and show it.")] = False,
    password_stdin: PasswordStdin = False,
    no_wait: NoWait = False,
) -> None:
    """Change a mailbox: name, quota, password, or whether it can be used."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        tenant = running.tenant_of(address)
        changes.change_mailbox(running.world.tenants.get(tenant).tenant, address)
        new = _password(parse_address(address), given=password_stdin) if password or password_stdin else None
        running.lifecycle.set_password(tenant, parse_address(address), new)
        order = running.lifecycle.change(
            tenant,
            lambda wanted: changes.change_mailbox(wanted, address, name=name, quota_mib=quota_mib, enabled=enabled),
        )
        shown = {"password": new.reveal_text()} if new and not password_stdin else {}
        face.follow(running, order, wait=not no_wait, address=address, **shown)
        if shown and not face.json:
            face.say(f"{address}  password: {shown['password']}  (shown this once)")


@mailboxes.command("remove")
def remove_mailbox(context: typer.Context, address: AddressArgument, yes: Yes = False, no_wait: NoWait = False) -> None:
    """Remove a mailbox with all its mail."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        tenant = running.tenant_of(address)
        changes.without_mailbox(running.world.tenants.get(tenant).tenant, address)
        confirm(f"Destroy {address} with all its mail?", yes=yes)
        loss = [f"mailbox {parse_address(address)}"]
        face.follow(running, running.lifecycle.remove_mailbox(tenant, address, allow_loss=loss), wait=not no_wait)


@mailboxes.command("import")
def import_mailboxes(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with a header: address, and any of name, quota_mib, password.")],
    no_wait: NoWait = False,
) -> None:
    """Add many mailboxes of one tenant from a CSV file; all of them or none."""
    face = face_of(context)
    rows = read_mailboxes(file)
    with face.platform(worker=not no_wait) as running:
        tenant = running.tenant_of(rows[0].mailbox.address)
        order, made = running.lifecycle.import_mailboxes(tenant, rows)
        face.follow(running, order, wait=not no_wait, mailboxes=len(rows), passwords=made)
        if not face.json:
            for address, password in made.items():
                face.say(f"{address}  password: {password}  (shown this once)")


@aliases.command("add")
def add_alias(
    context: typer.Context,
    address: AddressArgument,
    target: Annotated[list[str], typer.Option("--to", help="Where its mail goes. Repeatable.")],
    no_wait: NoWait = False,
) -> None:
    """Add an alias: mail to ADDRESS goes to every --to."""
    alias = Alias.parse({"address": address, "targets": target})
    change(face_of(context), address, lambda tenant: changes.with_alias(tenant, alias), no_wait=no_wait)


@aliases.command("set")
def set_alias(
    context: typer.Context,
    address: AddressArgument,
    target: Annotated[list[str], typer.Option("--to", help="Where its mail goes from now on. Repeatable.")],
    no_wait: NoWait = False,
) -> None:
    """Change where an alias leads."""
    change(
        face_of(context),
        address,
        lambda tenant: changes.change_alias(tenant, address, targets=tuple(target)),
        no_wait=no_wait,
    )


@aliases.command("list")
def list_aliases(context: typer.Context, tenant: TenantArgument) -> None:
    """List a tenant's aliases."""
    face = face_of(context)
    with face.platform() as running:
        rows = [alias.model_dump() for alias in running.world.tenants.get(tenant).tenant.aliases]
    face.rows("", rows, columns=("address", "targets"), empty=f"{tenant} has no aliases")


@aliases.command("remove")
def remove_alias(context: typer.Context, address: AddressArgument, no_wait: NoWait = False) -> None:
    """Remove an alias."""
    change(face_of(context), address, lambda tenant: changes.without_alias(tenant, address), no_wait=no_wait)


@lists.command("add")
def add_list(
    context: typer.Context,
    address: AddressArgument,
    member: Annotated[list[str] | None, typer.Option(help="Address of a member. Repeatable.")] = None,
    posting: Annotated[str, typer.Option(help="Who may write to it: members or anyone.")] = "members",
    no_wait: NoWait = False,
) -> None:
    """Add a distribution list."""
    mail_list = MailList.parse({"address": address, "members": member or [], "posting": posting})
    change(face_of(context), address, lambda tenant: changes.with_list(tenant, mail_list), no_wait=no_wait)


@lists.command("set")
def set_list(
    context: typer.Context,
    address: AddressArgument,
    member: Annotated[list[str] | None, typer.Option(help="All members from now on. Repeatable.")] = None,
    posting: Annotated[str | None, typer.Option(help="Who may write to it: members or anyone.")] = None,
    no_wait: NoWait = False,
) -> None:
    """Change a list's members or who may write to it."""
    members = tuple(member) if member else None
    change(
        face_of(context),
        address,
        lambda tenant: changes.change_list(tenant, address, members=members, posting=posting),
        no_wait=no_wait,
    )


@lists.command("list")
def list_lists(context: typer.Context, tenant: TenantArgument) -> None:
    """List a tenant's distribution lists."""
    face = face_of(context)
    with face.platform() as running:
        rows = [entry.model_dump() for entry in running.world.tenants.get(tenant).tenant.lists]
    face.rows("", rows, columns=("address", "members", "posting"), empty=f"{tenant} has no lists")


@lists.command("remove")
def remove_list(context: typer.Context, address: AddressArgument, no_wait: NoWait = False) -> None:
    """Remove a distribution list."""
    change(face_of(context), address, lambda tenant: changes.without_list(tenant, address), no_wait=no_wait)


Dmarc = Annotated[str | None, typer.Option(help="DMARC policy: none, quarantine or reject.")]
MtaSts = Annotated[str | None, typer.Option("--mta-sts", help="MTA-STS mode: none, testing or enforce.")]
CatchAll = Annotated[
    str | None, typer.Option("--catch-all", help='Mailbox that gets mail to unknown addresses; "": none.')
]


@domains.command("add")
def add_domain(
    context: typer.Context, tenant: TenantArgument, domain: Annotated[str, typer.Argument()], no_wait: NoWait = False
) -> None:
    """Serve one more mail domain for a tenant."""
    new = MailDomain.parse({"name": domain})
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        order = running.lifecycle.change(tenant, lambda wanted: changes.with_domain(wanted, new))
        face.follow(running, order, wait=not no_wait)


@domains.command("set")
def set_domain(
    context: typer.Context,
    domain: Annotated[str, typer.Argument()],
    catch_all: CatchAll = None,
    dmarc: Dmarc = None,
    mta_sts: MtaSts = None,
    no_wait: NoWait = False,
) -> None:
    """Change a domain's policies."""
    change(
        face_of(context),
        f"postmaster@{domain}",
        lambda tenant: changes.change_domain(tenant, domain, catch_all=catch_all, dmarc=dmarc, mta_sts=mta_sts),
        no_wait=no_wait,
    )


@domains.command("list")
def list_domains(context: typer.Context, tenant: TenantArgument) -> None:
    """List a tenant's mail domains."""
    face = face_of(context)
    with face.platform() as running:
        rows = [domain.model_dump() for domain in running.world.tenants.get(tenant).tenant.domains]
    face.rows("", rows, columns=("name", "catch_all", "dmarc", "mta_sts"), empty="")


@domains.command("remove")
def remove_domain(
    context: typer.Context, domain: Annotated[str, typer.Argument()], yes: Yes = False, no_wait: NoWait = False
) -> None:
    """Stop serving a mail domain; its records are withdrawn."""
    face = face_of(context)
    confirm(f"Stop serving {domain}? Mail to it will not arrive here any more.", yes=yes)
    change(face, f"postmaster@{domain}", lambda tenant: changes.without_domain(tenant, domain), no_wait=no_wait)


def change(face: Face, address: str, step: changes.Step, *, no_wait: bool) -> None:
    """Order that the tenant of *address* become what *step* makes of it."""
    with face.platform(worker=not no_wait) as running:
        order = running.lifecycle.change(running.tenant_of(address), step)
        face.follow(running, order, wait=not no_wait)


def _password(address: str, *, given: bool) -> Secret:
    """Return the password on standard input, held against the policy, or a new one."""
    if not given:
        return generate_password()
    password = Secret.of(sys.stdin.readline().rstrip("\n"))
    check_password(password, address)
    return password
