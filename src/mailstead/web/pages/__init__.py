"""The pages of the console, a folder each: what answers, and the templates it shows."""

from . import (
    account,
    aliases,
    audit,
    doctor,
    domains,
    enrol,
    hosts,
    invitation,
    lists,
    machine,
    mailboxes,
    network,
    onboarding,
    orders,
    own_mailbox,
    people,
    search,
    settings,
    sign_in,
    start,
    static,
    step_up,
    tenant,
    tenants,
)

PAGES = tuple(
    page
    for folder in (
        static,
        sign_in,
        step_up,
        invitation,
        enrol,
        account,
        settings,
        start,
        search,
        tenants,
        onboarding,
        tenant,
        mailboxes,
        aliases,
        lists,
        domains,
        machine,
        network,
        orders,
        hosts,
        doctor,
        people,
        audit,
        own_mailbox,
    )
    for page in folder.PAGES
)
