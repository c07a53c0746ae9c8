"""One example for every operation of the API, and the right that it needs: the matrix is made of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailstead.people.model import Right


@dataclass(frozen=True)
class Example:
    """*right* None: whoever is signed in. `TENANT` in a body stands for the tenant of the path.

    `gives` is the status for who may: what is asked for is refused to all by how things stand.
    """

    right: Right | None
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    gives: int | None = None


ANY = {"If-Match": "*"}
NEW_TENANT = {"name": "initech", "domains": [{"name": "initech.example"}]}
WINDOWS = {"image": "server-2025.vhdx", "features": ["DNS"]}
NOT_WINDOWS = NOT_SO = 409
MAILS = {"address": "anna@TENANT.example", "snapshot": 1}
CSV = "address,name\nu1@TENANT.example,U\n"

EXAMPLES: Mapping[str, Example] = {
    "get_me": Example(None),
    "list_tenants": Example(Right.TENANTS_READ),
    "add_tenant": Example(Right.TENANTS_WRITE, NEW_TENANT),
    "preview_tenant": Example(Right.TENANTS_WRITE, NEW_TENANT),
    "get_tenant": Example(Right.TENANTS_READ),
    "remove_tenant": Example(Right.TENANTS_WRITE, headers=ANY),
    "resize_tenant": Example(Right.TENANTS_WRITE, {"vcpus": 2}, headers=ANY),
    "protect_tenant": Example(
        Right.TENANTS_WRITE, {"rules": [{"service": "imap", "sources": ["192.0.2.0/24"]}]}, headers=ANY
    ),
    "suspend_tenant": Example(Right.TENANTS_WRITE, {}),
    "resume_tenant": Example(Right.TENANTS_WRITE, {}),
    "purge_tenant": Example(Right.TENANTS_PURGE, {"confirm": "TENANT"}, gives=NOT_SO),
    "get_segment": Example(Right.TENANTS_READ),
    "plan_tenant": Example(Right.PLATFORM_READ),
    "apply_tenant": Example(Right.TENANTS_WRITE, {"allow_loss": []}),
    "check_tenant": Example(Right.CHECKS_RUN, {"only": ["dns"]}),
    "list_mailboxes": Example(Right.MAIL_READ),
    "add_mailbox": Example(Right.MAIL_WRITE, {"address": "bert@TENANT.example"}),
    "import_mailboxes": Example(Right.MAIL_WRITE, CSV, headers={"Content-Type": "text/csv"}),
    "get_mailbox": Example(Right.MAIL_READ),
    "change_mailbox": Example(Right.MAIL_WRITE, {"name": "Anna"}, headers=ANY),
    "set_password": Example(Right.MAIL_WRITE, {}),
    "forward_mailbox": Example(Right.MAIL_WRITE, {"targets": ["x@TENANT.example"]}, headers=ANY),
    "keep_mailbox": Example(Right.MAIL_WRITE, headers=ANY),
    "answer_mailbox": Example(Right.MAIL_WRITE, {"text": "I am away."}, headers=ANY),
    "return_mailbox": Example(Right.MAIL_WRITE, headers=ANY),
    "get_own_mailbox": Example(Right.MAILBOX_OWN),
    "get_own_settings": Example(Right.MAILBOX_OWN),
    "change_own_password": Example(
        Right.MAILBOX_OWN, {"before": "none", "after": "four words that fit nowhere"}, gives=401
    ),
    "forward_own_mailbox": Example(Right.MAILBOX_OWN, {"targets": ["x@acme.example"]}),
    "keep_own_mailbox": Example(Right.MAILBOX_OWN),
    "answer_own_mailbox": Example(Right.MAILBOX_OWN, {"text": "I am away.", "ends": "2027-01-31"}),
    "return_own_mailbox": Example(Right.MAILBOX_OWN),
    "add_own_alias": Example(Right.MAILBOX_OWN, {"address": "anny@acme.example"}, gives=409),
    "remove_own_alias": Example(Right.MAILBOX_OWN, gives=404),
    "list_own_deleted_mail": Example(Right.MAILBOX_OWN, gives=NOT_SO),
    "restore_own_deleted_mail": Example(Right.MAILBOX_OWN, {"snapshot": 1, "mails": ["x"]}, gives=NOT_SO),
    "rule_tenant": Example(Right.MAIL_WRITE, {"aliases": 3}, headers=ANY),
    "remove_mailbox": Example(Right.MAIL_WRITE, query={"allow_loss": "mailbox anna@TENANT.example"}, headers=ANY),
    "list_domains": Example(Right.MAIL_READ),
    "add_domain": Example(Right.TENANTS_WRITE, {"name": "more.example"}),
    "get_domain": Example(Right.MAIL_READ),
    "change_domain": Example(Right.MAIL_WRITE, {"dmarc": "none"}, headers=ANY),
    "remove_domain": Example(Right.TENANTS_WRITE, headers=ANY),
    "list_aliases": Example(Right.MAIL_READ),
    "add_alias": Example(Right.MAIL_WRITE, {"address": "b@TENANT.example", "targets": ["anna@TENANT.example"]}),
    "get_alias": Example(Right.MAIL_READ),
    "change_alias": Example(Right.MAIL_WRITE, {"targets": ["anna@TENANT.example"]}, headers=ANY),
    "remove_alias": Example(Right.MAIL_WRITE, headers=ANY),
    "list_lists": Example(Right.MAIL_READ),
    "add_list": Example(Right.MAIL_WRITE, {"address": "l@TENANT.example"}),
    "get_list": Example(Right.MAIL_READ),
    "change_list": Example(Right.MAIL_WRITE, {"posting": "anyone"}, headers=ANY),
    "remove_list": Example(Right.MAIL_WRITE, headers=ANY),
    "get_machine": Example(Right.MACHINES_READ),
    "move_machine": Example(Right.MACHINES_WRITE, {"host": "kvm2"}),
    "export_machine": Example(Right.MACHINES_WRITE, {"folder": "copy"}),
    "import_machine": Example(Right.MACHINES_RESTORE, {"configuration": "C:\\copy\\acme.vmcx"}, gives=NOT_SO),
    "get_guest": Example(Right.MACHINES_READ, gives=NOT_WINDOWS),
    "want_guest": Example(Right.TENANTS_WRITE, WINDOWS, headers=ANY, gives=NOT_WINDOWS),
    "plan_guest": Example(Right.MACHINES_READ, gives=NOT_WINDOWS),
    "apply_guest": Example(Right.MACHINES_WRITE, {}, gives=NOT_WINDOWS),
    "list_guest_features": Example(Right.MACHINES_READ, gives=NOT_WINDOWS),
    "restart_guest_service": Example(Right.MACHINES_WRITE, {}, gives=NOT_WINDOWS),
    "list_checkpoints": Example(Right.MACHINES_READ),
    "take_checkpoint": Example(Right.MACHINES_WRITE, {"label": "after"}),
    "restore_checkpoint": Example(Right.MACHINES_RESTORE, {"allow_loss": ["machine TENANT"]}),
    "drop_checkpoint": Example(Right.MACHINES_WRITE),
    "get_protection": Example(Right.MACHINES_READ),
    "set_protection": Example(Right.TENANTS_WRITE, {"hours": "01:00-04:00"}, headers=ANY),
    "collect_backups": Example(Right.MACHINES_WRITE, {}),
    "list_backups": Example(Right.MACHINES_READ),
    "run_backup": Example(Right.MACHINES_WRITE, {"kind": "full"}),
    "verify_backups": Example(Right.MACHINES_WRITE, {}),
    "drill_backup": Example(Right.MACHINES_WRITE, {}),
    "prune_backups": Example(Right.TENANTS_PURGE, {"snapshots": [1]}),
    "restore_backup": Example(Right.MACHINES_RESTORE, {"allow_loss": ["machine TENANT"]}),
    "undo_restore": Example(Right.MACHINES_RESTORE, {"order": "o000000000000"}, gives=404),
    "list_beside": Example(Right.MACHINES_READ),
    "restore_beside": Example(Right.MACHINES_RESTORE, {"name": "trial"}),
    "remove_beside": Example(Right.MACHINES_RESTORE, gives=404),
    "restore_elsewhere": Example(Right.MACHINES_FAILOVER, {"host": "kvm1", "allow_loss": ["machine TENANT"]}),
    "hold_backup": Example(Right.MACHINES_WRITE, {"reason": "a lawsuit"}),
    "release_backup": Example(Right.TENANTS_PURGE),
    "list_backup_mail": Example(Right.MAIL_OPEN, query={"address": "anna@TENANT.example", "snapshot": "1"}),
    "search_backup_mail": Example(Right.MAIL_OPEN, MAILS),
    "download_backup_mail": Example(Right.MAIL_OPEN, MAILS),
    "restore_backup_mail": Example(Right.MAIL_OPEN, {**MAILS, "into": "Restored"}),
    "download_backup_file": Example(Right.MACHINES_RESTORE, {"snapshot": 1, "path": "etc/hostname"}),
    "restore_backup_file": Example(
        Right.MACHINES_RESTORE, {"snapshot": 1, "path": "etc/hostname", "place": "/srv/hostname"}
    ),
    "list_orders": Example(Right.ORDERS_READ),
    "get_order": Example(Right.ORDERS_READ),
    "watch_order": Example(Right.ORDERS_READ),
    "cancel_order": Example(Right.ORDERS_WRITE, {}),
    "retry_order": Example(Right.ORDERS_WRITE, {}, gives=NOT_SO),
    "list_hosts": Example(Right.HOSTS_READ),
    "get_host": Example(Right.HOSTS_READ),
    "list_host_events": Example(Right.HOSTS_READ),
    "plan_drain": Example(Right.HOSTS_READ),
    "drain_host": Example(Right.HOSTS_WRITE, {"reason": "fan"}),
    "resume_host": Example(Right.HOSTS_WRITE, {}),
    "get_platform": Example(Right.PLATFORM_READ),
    "examine_platform": Example(Right.PLATFORM_READ),
    "mend_platform": Example(Right.PLATFORM_WRITE, {}),
    "list_services": Example(Right.PLATFORM_READ),
    "list_images": Example(Right.PLATFORM_READ),
    "list_usage": Example(Right.HOSTS_READ),
    "get_quarantine": Example(Right.PLATFORM_READ),
    "draft_tenant": Example(Right.PLATFORM_READ),
    "adopt_tenant": Example(Right.PLATFORM_WRITE, {"tenant": "acme"}),
    "leave_quarantine": Example(Right.PLATFORM_WRITE, {"platform": "mailstead"}, gives=NOT_SO),
    "list_claims": Example(Right.HOSTS_READ),
    "claim_host": Example(Right.HOSTS_WRITE, {"take_over": True}),
    "release_host": Example(Right.HOSTS_WRITE, {}),
    "get_drift": Example(Right.PLATFORM_READ),
    "list_audit": Example(Right.AUDIT_READ),
    "get_audit_head": Example(Right.AUDIT_READ),
    "verify_audit": Example(Right.AUDIT_READ, {}),
    "list_people": Example(Right.PEOPLE_READ),
    "invite_person": Example(
        Right.PEOPLE_WRITE, {"address": "new@acme.example", "role": "tenant-admin", "tenants": ["acme"]}
    ),
    "get_person": Example(Right.PEOPLE_READ),
    "change_role": Example(Right.PEOPLE_WRITE, {"role": "tenant-admin", "tenants": ["acme"]}),
    "disable_person": Example(Right.PEOPLE_WRITE, {}),
    "enable_person": Example(Right.PEOPLE_WRITE, {}),
    "reset_person": Example(Right.PEOPLE_WRITE, {}),
    "remove_person": Example(Right.PEOPLE_WRITE),
    "list_factors": Example(Right.PEOPLE_READ),
    "remove_factor": Example(Right.PEOPLE_WRITE, gives=404),
    "list_sign_ins": Example(Right.PEOPLE_READ),
    "unlink_sign_in": Example(Right.PEOPLE_WRITE, gives=404),
    "list_sessions": Example(Right.PEOPLE_READ),
    "end_sessions": Example(Right.PEOPLE_WRITE),
    "list_tokens": Example(Right.PEOPLE_READ),
    "add_token": Example(Right.PEOPLE_WRITE, {"name": "ci", "rights": ["tenants:read"]}),
    "revoke_token": Example(Right.PEOPLE_WRITE),
}
"""By operation id. A new route needs a line here, or the tests fail."""

WHOLE_TRAIL = ("get_audit_head", "verify_audit")
"""Only for those who see all of the trail."""
