"""Everything that the command line does is in the API: each command stands here with its operations, or with a reason.

A new command fails here until it says where programs find it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import typer

from mailstead.api.wire.tenants import AllowanceChange, AllowanceNew, AllowanceOut, TenantNew
from mailstead.api.wire.windows import WindowsWire
from mailstead.cli.app import app
from mailstead.tenants.model import Allowance, Tenant
from mailstead.tenants.windows import Windows
from tests.api.examples import EXAMPLES

OPERATIONS: Mapping[str, str] = {
    "alias add": "add_alias",
    "alias list": "list_aliases get_alias",
    "alias remove": "remove_alias",
    "alias set": "change_alias",
    "apply": "apply_tenant add_tenant",
    "audit follow": "list_audit",
    "audit head": "get_audit_head",
    "audit list": "list_audit",
    "audit verify": "verify_audit",
    "backup collect": "collect_backups",
    "backup drill": "drill_backup",
    "backup hold": "hold_backup",
    "backup list": "list_backups get_protection",
    "backup prune": "prune_backups",
    "backup release": "release_backup",
    "backup run": "run_backup",
    "backup show": "list_backups",
    "backup verify": "verify_backups",
    "backup browse": "list_backup_mail search_backup_mail",
    "check": "check_tenant",
    "doctor": "examine_platform mend_platform",
    "domain add": "add_domain",
    "domain list": "list_domains get_domain",
    "domain remove": "remove_domain",
    "domain set": "change_domain",
    "drift": "get_drift apply_tenant",
    "guest apply": "apply_guest want_guest",
    "guest features": "list_guest_features",
    "guest plan": "plan_guest",
    "guest restart-service": "restart_guest_service",
    "guest show": "get_guest",
    "host claim": "claim_host",
    "host claims": "list_claims",
    "host drain": "drain_host plan_drain",
    "host events": "list_host_events",
    "host list": "list_hosts get_host",
    "host release": "release_host",
    "host resume": "resume_host",
    "host usage": "list_usage",
    "image list": "list_images",
    "list add": "add_list",
    "list list": "list_lists get_list",
    "list remove": "remove_list",
    "list set": "change_list",
    "machine checkpoint list": "list_checkpoints",
    "machine checkpoint make": "take_checkpoint",
    "machine checkpoint remove": "drop_checkpoint",
    "machine checkpoint restore": "restore_checkpoint",
    "machine export": "export_machine",
    "machine import": "import_machine",
    "machine move": "move_machine",
    "machine show": "get_machine",
    "mailbox add": "add_mailbox",
    "mailbox forward": "forward_mailbox keep_mailbox",
    "mailbox import": "import_mailboxes",
    "mailbox list": "list_mailboxes get_mailbox",
    "mailbox remove": "remove_mailbox",
    "mailbox set": "change_mailbox set_password",
    "mailbox vacation": "answer_mailbox return_mailbox",
    "order cancel": "cancel_order",
    "order list": "list_orders",
    "order retry": "retry_order",
    "order show": "get_order",
    "order watch": "watch_order",
    "person add": "invite_person",
    "person change": "change_role",
    "person disable": "disable_person",
    "person enable": "enable_person",
    "person factor list": "list_factors",
    "person factor remove": "remove_factor",
    "person list": "list_people",
    "person remove": "remove_person",
    "person reset": "reset_person",
    "person session list": "list_sessions",
    "person session revoke": "end_sessions",
    "person show": "get_person",
    "person sign-in list": "list_sign_ins",
    "person sign-in remove": "unlink_sign_in",
    "plan": "plan_tenant preview_tenant",
    "quarantine adopt": "adopt_tenant",
    "quarantine draft": "draft_tenant",
    "quarantine leave": "leave_quarantine",
    "quarantine show": "get_quarantine",
    "restore disk": "restore_backup",
    "restore machine": "restore_backup restore_beside restore_elsewhere",
    "restore list": "list_beside",
    "restore remove": "remove_beside",
    "restore undo": "undo_restore",
    "restore file": "download_backup_file restore_backup_file",
    "restore mail": "download_backup_mail restore_backup_mail",
    "restore mailbox": "download_backup_mail restore_backup_mail",
    "services status": "list_services",
    "tenant add": "add_tenant preview_tenant",
    "tenant list": "list_tenants",
    "tenant purge": "purge_tenant",
    "tenant remove": "remove_tenant",
    "tenant resize": "resize_tenant",
    "tenant resume": "resume_tenant",
    "tenant show": "get_tenant get_segment",
    "tenant self-service": "rule_tenant",
    "tenant suspend": "suspend_tenant",
    "token add": "add_token",
    "token list": "list_tokens",
    "token revoke": "revoke_token",
}
PROCESS = "it makes, or is, the process that would answer"
FILE = "it writes mailstead.toml or the files of this machine's root; the process reads them when it starts"
SECRET_FILE = "what it writes is a secret, for a drive on this machine and no wire"
LOCAL: Mapping[str, str] = {
    "backup attach": "disks for programs of this machine, by a socket of it",
    "backup keys export": SECRET_FILE,
    "backup target add": "credentials of a place that mailstead.toml names are given on this machine",
    "backup target check": "asks a drive of this machine, or a bucket, at length",
    "backup target list": "it reads mailstead.toml",
    "demo": PROCESS,
    "guest unattend": SECRET_FILE,
    "host add": FILE,
    "host check": "of a host that the process does not serve yet; with --deep it makes a machine there",
    "host password": "the way to a host is given where mailstead.toml names it",
    "host prepare": FILE,
    "host remove": FILE,
    "image build": "half an hour as root on this machine, by debootstrap",
    "image place": "from this machine's cache over a share to a host that is being prepared",
    "init": PROCESS,
    "restore download": "a whole disk for a drive on this machine",
    "schema": "the API describes itself: openapi.json",
    "serve": PROCESS,
    "services start": "starts daemons as root of this machine",
    "services stop": "ends name server and network under all tenants, the API's own, too",
    "sign-in check": "asks a provider with the secret, before people are sent there",
    "sign-in list": "what mailstead.toml says",
    "sign-in secret": "the way to a provider is given where mailstead.toml names it",
    "state backup": "a file with all secrets, for a drive on this machine",
    "state restore": "needs that no process runs on this state",
    "state show": "reads such a file",
    "work": PROCESS,
}


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[str]:
    command = getattr(command, "real", command)  # what is loaded when its word is said
    if not hasattr(command, "commands"):
        yield " ".join(words)
        return
    for name, inner in command.commands.items():
        yield from _commands(inner, (*words, name))


COMMANDS = sorted(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_operation_or_a_reason_to_have_none(command: str) -> None:
    assert (command in OPERATIONS) != (command in LOCAL), f"say where programs find {command!r}, or why they do not"


def test_every_operation_that_is_named_is_there_and_no_command_is_named_in_vain() -> None:
    assert {*OPERATIONS, *LOCAL} == {*COMMANDS}
    assert {operation for told in OPERATIONS.values() for operation in told.split()} <= EXAMPLES.keys()


def test_whatever_a_tenants_file_can_say_the_api_can_say() -> None:
    own_paths = {"server", "status"}  # there is one server; suspend, resume, remove
    assert Tenant.model_fields.keys() - own_paths <= TenantNew.model_fields.keys()
    assert AllowanceNew.model_fields.keys() == AllowanceOut.model_fields.keys() == Allowance.model_fields.keys()
    assert AllowanceChange.model_fields.keys() == Allowance.model_fields.keys() - {"disk", "block_device"}
    assert WindowsWire.model_fields.keys() == Windows.model_fields.keys()
