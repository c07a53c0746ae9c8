"""The pages of the console, a folder each: what answers, and the templates it shows."""

from . import (
    account,
    aliases,
    audit,
    doctor,
    domains,
    elsewhere,
    enrol,
    hosts,
    invitation,
    lists,
    machine,
    mailboxes,
    network,
    onboarding,
    orders,
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
        elsewhere,
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
    )
    for page in folder.PAGES
)
