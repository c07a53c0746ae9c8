"""mailstead host add | remove | password | prepare | check."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.hosting.endpoints import PASSWORDS
from mailstead.monitoring.model import Finding, Report, Verdict
from mailstead.security.model import Secret

from . import show
from .face import Yes, confirm, face_of

FAILED = 3

Name = Annotated[str, typer.Argument(metavar="HOST", help="Name of the host, as in `mailstead host list`.")]
Site = Annotated[str, typer.Option(help="The site it stands at; needed where there are several.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Read the password from the first line of this file instead of asking.")
]
NoCheck = Annotated[bool, typer.Option("--no-check", help="Do not ask the host: it need not be there.")]
Text = str | None
File = Path | None


class FileThere(Conflict):
    """A file would be overwritten."""

    code = "file-there"


def register(app: typer.Typer) -> None:
    """Hang these commands below `mailstead host`."""
    for command in (add, remove, password, prepare, check):
        app.command()(command)


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="HOST", help="A name for the host, of your choice.")],
    driver: Annotated[str, typer.Option(help="hyperv or libvirt.")],
    site: Site = "",
    folder: Annotated[Text, typer.Option(help="Folder of tenants' disks, on the host.")] = None,
    uri: Annotated[Text, typer.Option(help="libvirt: its URI.")] = None,
    bridge: Annotated[Text, typer.Option(help="libvirt: the switch that tenants' machines hang on.")] = None,
    address: Annotated[Text, typer.Option(help="Hyper-V: DNS name, as in the host's certificate.")] = None,
    port: Annotated[int | None, typer.Option(help="Hyper-V: port of WinRM over HTTPS, if not 5986.")] = None,
    sign_in: Annotated[Text, typer.Option(help="Hyper-V: kerberos, certificate, ntlm or basic.")] = None,
    account: Annotated[Text, typer.Option(help="Hyper-V: who signs in.")] = None,
    keytab: Annotated[
        File, typer.Option(resolve_path=True, help="Hyper-V: keytab of the account, for Kerberos.")
    ] = None,
    certificate: Annotated[
        File, typer.Option(resolve_path=True, help="Hyper-V: our certificate (PEM), to sign in by it.")
    ] = None,
    key: Annotated[File, typer.Option(resolve_path=True, help="Hyper-V: key of our certificate (PEM).")] = None,
    trust: Annotated[
        File, typer.Option(resolve_path=True, help="Hyper-V: CA that signed the host's certificate (PEM).")
    ] = None,
    images: Annotated[Text, typer.Option(help="Hyper-V: folder of images, on the host.")] = None,
    share: Annotated[Text, typer.Option(help="Hyper-V: the same folder as UNC path; we place images there.")] = None,
    disks_share: Annotated[
        Text, typer.Option(help="Hyper-V: the folder of disks as UNC path; backups read and bring back disks there.")
    ] = None,
    share_port: Annotated[int | None, typer.Option(help="Hyper-V: port of the shares, if not 445.")] = None,
    switch: Annotated[Text, typer.Option(help="Hyper-V: switch of tenants' VLANs.")] = None,
    management_switch: Annotated[Text, typer.Option(help="Hyper-V: switch over which we reach machines.")] = None,
    management_vlan: Annotated[int | None, typer.Option(help="Hyper-V: VLAN on that switch.")] = None,
    management_pool: Annotated[Text, typer.Option(help="Hyper-V: addresses of machines there.")] = None,
    management_gateway: Annotated[Text, typer.Option(help="Hyper-V: gateway there.")] = None,
    memory: Annotated[Text, typer.Option(help="Hyper-V: static or dynamic memory of machines.")] = None,
    copies: Annotated[
        bool, typer.Option("--copies", help="Hyper-V: each system disk a full copy of its image, not a child of it.")
    ] = False,
    cluster: Annotated[bool, typer.Option("--cluster", help="Hyper-V: the host is a node of a cluster.")] = False,
    password_file: PasswordFile = None,
    no_check: NoCheck = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show mailstead.toml as it would be, and write nothing.")
    ] = False,
) -> None:
    """Add a host to the platform: looked at first, then written into mailstead.toml, whose comments stay.

    A Hyper-V host is prepared first: add it with --no-check, then go on with mailstead host prepare.
    """
    face = face_of(context)
    way = {
        "address": address, "port": port, "sign_in": sign_in, "account": account, "keytab": keytab,
        "certificate": certificate, "key": key, "trust": trust, "images": images, "share": share,
        "disks_share": disks_share, "share_port": share_port, "switch": switch,
        "management_switch": management_switch, "management_vlan": management_vlan,
        "management_pool": management_pool, "management_gateway": management_gateway, "memory": memory,
        "copies": copies or None, "cluster": cluster or None,
    }  # fmt: skip
    table = _given({"name": name, "driver": driver, "folder": folder, "uri": uri, "bridge": bridge})
    if driver == "hyperv" or _given(way):
        table["hyperv"] = _given(way)
    needs = driver == "hyperv" and sign_in in PASSWORDS and not (dry_run and no_check)
    secret = _password(f"Password of {account} on {name}", password_file) if needs else None
    with face.hosting() as hosting:
        text = hosting.add(table, site=site, password=secret, look=not no_check, keep=not dry_run)
    if dry_run:
        face.say(text, file=text)
        return
    then = f"mailstead host check {name}" if not no_check else f"mailstead host prepare {name} --out DIR"
    face.say(
        f"{name} belongs to the platform. Next: {then if driver == 'hyperv' else 'mailstead host list'}", host=name
    )


def remove(context: typer.Context, name: Name, no_check: NoCheck = False, yes: Yes = False) -> None:
    """Take a host out of the platform; refused while tenants live there. What is on the host stays as it is."""
    face = face_of(context)
    confirm(f"Take {name} out of mailstead.toml?", yes=yes)
    with face.hosting() as hosting:
        hosting.remove(name, release=not no_check)
    face.say(f"{name} is no host of this platform any more", host=name)


def password(context: typer.Context, name: Name, password_file: PasswordFile = None) -> None:
    """Keep another password for a host, in the vault."""
    face = face_of(context)
    with face.hosting() as hosting:
        hosting.keep_password(name, _password(f"Password for {name}", password_file))
    face.say(f"kept; see whether it is right: mailstead host check {name}", host=name)


def prepare(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option(help="A folder for the files; made if need be.")],
    account: Annotated[str, typer.Option(help=r"Who may use the role, as DOMAIN\name.")] = "",
    unit: Annotated[str, typer.Option(help="The directory's unit below which tenants have theirs.")] = "",
) -> None:
    """Write the role files of a Hyper-V host with this platform's values, and the steps for its administrator.

    For the host, for Windows guests on it, and for a domain controller. The files hold no secret.
    """
    face = face_of(context)
    with face.hosting() as hosting:
        files = hosting.prepare(name, account=account, unit=unit)
    if there := [str(out / file) for file in files if (out / file).exists()]:
        remedy = "take it away, or give another folder"
        raise FileThere(f"{there[0]} is there already", field="out", value=there[0], remedy=remedy)
    out.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (out / file).write_text(text, "utf-8")
    told = "\n".join(f"  {out / file}" for file in files)
    face.say(f"written:\n{told}\ngo on with {out / 'STEPS.md'}", files=[str(out / file) for file in files])


def check(
    context: typer.Context,
    name: Name,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also make a throw-away machine there and remove it again; asks first.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Say what a Hyper-V host lacks, duty by duty, with what to do. Exit status 3 when something failed."""
    face = face_of(context)
    with face.hosting() as hosting:
        report = hosting.check(name)
        if not face.json:
            show.report(report, everything=True)
        tried: tuple[Finding, ...] = ()
        if deep and report.passed:
            confirm(f"Make a small machine ms-mailstead-check on {name}, and remove it again?", yes=yes)
            tried = hosting.rehearse(name, _silent if face.json else _told)
    if face.json:
        show.as_json(_as_dict(report, tried))
    if not report.passed or any(finding.verdict is Verdict.FAILED for finding in tried):
        raise typer.Exit(FAILED)


def _as_dict(report: Report, tried: tuple[Finding, ...]) -> dict[str, Any]:
    told = {key: value for key, value in report.as_dict().items() if key != "tenant"}
    return {"host": report.tenant, **told, "rehearsal": [finding.as_dict() for finding in tried]}


def _told(finding: Finding) -> None:
    mark = "[red]✗[/]" if finding.remedy else "[green]✓[/]"
    show.out.print(f" {mark} {finding.check:<26} {escape(finding.detail)}")
    if finding.remedy:
        show.out.print(f"     [bold]what to do:[/] {escape(finding.remedy)}")


def _silent(_: Finding) -> None:
    """Keep quiet: the program that asked gets everything at the end."""


def _given(options: dict[str, Any]) -> dict[str, Any]:
    plain = {key: str(value) if isinstance(value, Path) else value for key, value in options.items()}
    return {key: value for key, value in plain.items() if value is not None}


def _password(question: str, file: Path | None) -> Secret:
    if file is None:
        return Secret.of(typer.prompt(question, hide_input=True, err=True))
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        remedy = "give a file that holds the password in its first line"
        raise InvalidInput(f"{file} cannot be read", field="password-file", value=file, remedy=remedy) from error
    if not lines or not lines[0]:
        raise InvalidInput(f"{file} is empty", field="password-file", value=file, remedy="write the password into it")
    return Secret.of(lines[0])
