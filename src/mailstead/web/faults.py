"""What went wrong, in words that catalogues translate: message and remedy by code, or by code and field.

An error that stands not here is told in English to everybody.
"""

from collections.abc import Mapping

from .backup_faults import BACKUP_FAULTS
from .words import mark

FAULTS: Mapping[str, tuple[str, str]] = {
    **BACKUP_FAULTS,
    "invalid-input": (mark("“%(value)s” does not fit here (%(field)s)."), mark("Give another value.")),
    "invalid-input act": (mark("There is no such act."), mark("Suspend, or bring back.")),
    "invalid-input address": (
        mark("“%(value)s” cannot be used as an address here."),
        mark(
            "Give a full address in one of the tenant's domains, with ASCII letters, digits and . _ - + before the @."
        ),
    ),
    "invalid-input code": (mark("The code does not fit."), mark("Six digits that the app shows now.")),
    "invalid-input disk_gib": (
        mark("A disk cannot have %(value)s GiB here: it only grows."),
        mark("Give its present size or more."),
    ),
    "invalid-input domain": (
        mark("“%(value)s” is no mail domain."),
        mark("Give a full domain name such as acme.example."),
    ),
    "invalid-input file": (
        mark("The file cannot be read as a table of mailboxes."),
        mark("Save it as CSV in UTF-8, a line a mailbox."),
    ),
    "invalid-input header": (
        mark("The first line does not name the columns."),
        mark("Begin with: address, and any of name, quota_mib, password."),
    ),
    "invalid-input line": (
        mark("The line has more cells than there are columns."),
        mark("Put cells that hold a comma into quotation marks."),
    ),
    "invalid-input name": (
        mark("“%(value)s” cannot be a name here."),
        mark("For a tenant: 2 to 32 lower-case letters, digits and hyphens, beginning with a letter."),
    ),
    "invalid-input password": (
        mark("The password cannot be taken."),
        mark("Use 15 to 128 letters: four words will do."),
    ),
    "invalid-input quota_mib": (mark("“%(value)s” is no quota."), mark("Give a whole number of MiB, 1 at least.")),
    "invalid-input rights": (
        mark("These rights cannot be given."),
        mark("Choose at least one, and none that you have not yourself."),
    ),
    "invalid-input sources": (
        mark("“%(value)s” is no network."),
        mark("Give networks such as 198.51.100.0/24 or 2001:db8::/32."),
    ),
    "invalid-input tenant": (
        mark("“%(value)s” cannot name a tenant, or none is chosen."),
        mark("Use 2 to 32 lower-case letters, digits and hyphens, beginning with a letter; or tick some first."),
    ),
    "invalid-input tenants": (
        mark("The tenants do not fit the role."),
        mark("Give a tenant administrator at least one tenant, an operator none."),
    ),
    "address-taken": (mark("%(value)s is there already."), mark("Choose another address, or change the one there is.")),
    "addresses-exhausted": (
        mark("There is no address left in the pool %(value)s."),
        mark("Enlarge the pool in mailstead.toml."),
    ),
    "bad-label": (
        mark("“%(value)s” cannot name a checkpoint."),
        mark("Use 1 to 40 small letters, digits and hyphens, such as before-update."),
    ),
    "body-too-large": (mark("More was sent than is read at once."), mark("Send less at once.")),
    "cancelled": (mark("A person cancelled it."), mark("Go on with the order if it is still wanted.")),
    "changed-meanwhile": (
        mark("%(value)s was changed by somebody else."),
        mark("Look at it again, and repeat what is still wanted."),
    ),
    "checkpoint-there": (mark("There is a checkpoint %(value)s already."), mark("Choose another name, or remove it.")),
    "checkpoints-in-the-way": (
        mark("Disks cannot be touched while there are checkpoints: %(value)s."),
        mark("Remove them first."),
    ),
    "conflict": (
        mark("“%(value)s” stands against something that is there (%(field)s)."),
        mark("Look at what is there, and settle that first."),
    ),
    "converge-failed": (
        mark("The machine could not be set up as wanted."),
        mark("Look at the order's steps; then go on with it."),
    ),
    "denied": (mark("The right to do this is missing."), mark("Ask an owner of the platform.")),
    "disk-nearly-full": (
        mark("The disk of mailstead's own databases is nearly full."),
        mark("Make room there; what waits goes on by itself."),
    ),
    "dns-refused": (
        mark("The name server refuses the change of %(value)s."),
        mark("Let it take changes under our key."),
    ),
    "dns-servfail": (mark("The name server cannot serve %(value)s now."), mark("Look at its log; it is asked again.")),
    "domain-taken": (mark("The domain %(value)s belongs to another tenant."), mark("Give another domain.")),
    "drain-unfinished": (
        mark("The host %(value)s is not empty yet."),
        mark("Look at its events, then empty it again."),
    ),
    "event-timeout": (mark("What was waited for did not come in time."), mark("Go on with the order.")),
    "export-there": (mark("A copy lies in %(value)s already."), mark("Give another folder.")),
    "forbidden": (mark("You lack the right %(value)s."), mark("Ask an owner of the platform.")),
    "foreign-form": (
        mark("This form has grown old, or came from another site."),
        mark("Load the page again, and send it from there."),
    ),
    "foreign-machine": (
        mark("The name %(value)s is taken by a machine that is not ours."),
        mark("Rename or remove that machine on its host."),
    ),
    "foreign-record": (
        mark("A record that is not ours stands at %(value)s."),
        mark("Remove it at the name server, or let it be overwritten."),
    ),
    "guest-silent": (mark("The machine %(value)s does not answer."), mark("See whether it runs; it is asked again.")),
    "host-claimed": (
        mark("The host %(value)s belongs to another platform."),
        mark("Take it over on the command line if that is meant."),
    ),
    "host-denied": (mark("The host refuses us."), mark("Look at the account and rights that mailstead.toml names.")),
    "host-full": (mark("The host has no room for it."), mark("Choose another host, or a smaller size.")),
    "host-gone": (
        mark("The platform has no host %(value)s any more."),
        mark("Put it back into mailstead.toml; it may leave when no tenant lives on it."),
    ),
    "host-in-maintenance": (
        mark("The host %(value)s is in maintenance."),
        mark("Choose another, or take it into service again."),
    ),
    "host-unreachable": (mark("The host does not answer."), mark("See whether it runs; it is asked again.")),
    "hosts-full": (
        mark("No host has room for it."),
        mark("Add a host, or choose a smaller size; what waits goes on by itself."),
    ),
    "internal-error": (
        mark("Something went wrong that nobody thought of."),
        mark("This is a defect of mailstead: report it with the order's number."),
    ),
    "invitation-gone": (mark("This link was used, withdrawn, or is too old."), mark("Ask for a new one.")),
    "key-reused": (mark("This was asked before, with other words."), mark("Ask anew.")),
    "last-factor": (mark("This is the only second factor, and one is needed."), mark("Add another one first.")),
    "last-owner": (
        mark("This is the last owner: nobody could look after people then."),
        mark("Make somebody else an owner first."),
    ),
    "lost-lease": (mark("Another worker has taken this over."), mark("Nothing: it is being done there.")),
    "machine-busy": (mark("Another operation has the machine in hand."), mark("It is asked again in a moment.")),
    "machine-refused": (mark("The hypervisor refuses this for the machine."), mark("Look at the events of its host.")),
    "machine-there": (
        mark("There is a machine of %(value)s here already."),
        mark("Look at it first: a copy is never put beside the original."),
    ),
    "mail-refused": (mark("The mail server refused what was to be set."), mark("Look at the order's steps.")),
    "needs-restart": (mark("This takes effect when the machine starts anew."), mark("Let it restart at a quiet hour.")),
    "no-disk-room": (
        mark("The disk of the host has no room for it."),
        mark("Make room there, or choose another host."),
    ),
    "no-form": (mark("This cannot be read as a form."), mark("Load the page, and send it anew; files as UTF-8.")),
    "no-quorum": (mark("The cluster does not act: it runs on no majority of its nodes."), mark("Bring a node back.")),
    "no-room": (mark("There is no room for it (%(field)s)."), mark("Make room; what waits goes on by itself.")),
    "no-such-checkpoint": (mark("There is no checkpoint %(value)s."), mark("Choose one of those in the list.")),
    "no-such-machine": (
        mark("There is no machine of %(value)s on its host."),
        mark("Compare the tenant with what is wanted."),
    ),
    "no-such-node": (mark("There is no node %(value)s."), mark("Choose one of those there are.")),
    "node-unavailable": (
        mark("The node %(value)s takes no machines: it is paused or down."),
        mark("Resume it, or choose another."),
    ),
    "not-carried-on": (
        mark("The order was open in a state that was restored, and was not carried on."),
        mark("Go on with it if it is still wanted."),
    ),
    "not-compared": (
        mark("%(value)s does not answer, so that state and world cannot be compared."),
        mark("Start it, or take it out of mailstead.toml."),
    ),
    "not-confirmed": (
        mark("“%(value)s” is not the name of what would be lost."),
        mark("Type the name as it stands there."),
    ),
    "not-found": (
        mark("There is no such thing here: %(value)s."),
        mark("Look for it in the lists, or with the search."),
    ),
    "not-of-driver": (
        mark("The tenant's host has not what is asked for."),
        mark("Do it with what this host's driver offers."),
    ),
    "not-removed": (
        mark("%(value)s is in service, or still within its grace time."),
        mark("Take it out of service first; then wait, or say that it is to be early."),
    ),
    "not-retryable": (mark("The order is neither failed nor cancelled."), mark("Nothing is to be done.")),
    "not-serving": (mark("The mail server does not serve yet."), mark("It is asked again; look at the machine.")),
    "not-signed-in": (mark("Nobody is signed in here, or no longer."), mark("Sign in.")),
    "outcome-unknown": (
        mark("It was sent, and the answer was lost."),
        mark("It is looked at again before anything else."),
    ),
    "overtaken": (mark("A later change has overtaken this one."), mark("Nothing: the later one counts.")),
    "person-there": (mark("%(value)s has an account already."), mark("Look for them in the list of people.")),
    "quarantined": (
        mark("The platform is in quarantine: it looks and plans, and changes nothing."),
        mark("Compare and leave it on the command line: mailstead quarantine show."),
    ),
    "rate-limited": (mark("The certificate authority asks us to wait."), mark("It is asked again by itself.")),
    "refused": (mark("This cannot be done as it stands (%(field)s)."), mark("Change what is asked for.")),
    "rejected": (mark("The far side said no."), mark("A person must look there.")),
    "sign-in-busy": (mark("Too many passwords are being checked right now."), mark("Try again in a moment.")),
    "sign-in-refused": (mark("This does not prove who you are."), mark("Try again, or another way.")),
    "state-in-use": (mark("Another process works on this state."), mark("Wait until it has ended.")),
    "step-failed": (mark("A step failed (%(field)s)."), mark("Look at the order's steps.")),
    "step-up-needed": (mark("This needs your second factor anew."), mark("Give it again.")),
    "superseded": (mark("A newer copy of this platform has taken the host over."), mark("Work with that copy.")),
    "too-busy": (mark("%(value)s of these are being done already."), mark("Try again in a minute.")),
    "too-many": (
        mark("%(value)s are too many at once."),
        mark("Give fewer: 10,000 lines, 200 of them with new passwords."),
    ),
    "too-many-tries": (
        mark("There were too many tries."),
        mark("Wait a while, then try again; a passkey works at once."),
    ),
    "unforeseen": (
        mark("Something went wrong here."),
        mark("Try again; if it stays so, the log of mailstead tells why."),
    ),
    "unknown-host": (mark("There is no host %(value)s."), mark("Choose one of those there are.")),
    "unreachable": (mark("The far side did not answer."), mark("It is asked again.")),
    "unsafe-plan": (
        mark("Data would be lost that nobody gave up: %(value)s."),
        mark("Confirm the loss by name, or leave it."),
    ),
    "validation-failed": (
        mark("The certificate authority could not see that the name is ours."),
        mark("Look at the domain's check."),
    ),
    "validation-pending": (mark("The certificate authority is still looking."), mark("It is asked again.")),
    "vlans-exhausted": (
        mark("There is no VLAN left in the pool %(value)s."),
        mark("Enlarge the pool in mailstead.toml."),
    ),
    "volume-broken": (mark("The disk %(value)s is damaged."), mark("Bring it back from the backup.")),
    "volume-in-use": (mark("The disk %(value)s is in use."), mark("See which machine has it.")),
    "weak-password": (
        mark("The password is too weak."),
        mark("Use 15 to 128 letters: several words that do not belong together, without address, company or product."),
    ),
    "forwarding-loop": (
        mark("Mail would come back to %(value)s itself."),
        mark("Leave the mailbox's own address out."),
    ),
    "forwarding-refused": (
        mark("Mail may not be forwarded to %(value)s."),
        mark("Give an address in one of the tenant's domains, or ask who looks after it."),
    ),
    "no-more-aliases": (
        mark("There are as many aliases of one's own as the tenant allows."),
        mark("Remove one first, or ask who looks after the tenant."),
    ),
    "last-way-in": (mark("This is the last way in that is left."), mark("Add another one first.")),
    "proof-refused": (
        mark("What the sign-in service sent does not prove who you are."),
        mark("Begin the sign-in anew."),
    ),
    "provider-silent": (
        mark("The sign-in service does not answer."),
        mark("Try again in a moment, or sign in with your password."),
    ),
    "provider-unfit": (
        mark("The sign-in service is not set up as it must be."),
        mark("Ask who looks after the platform."),
    ),
    "windows-silent": (
        mark("The Windows machine %(value)s does not answer."),
        mark("See whether it runs; it is asked again."),
    ),
    "would-shrink": (mark("The disk would shrink."), mark("Give its present size or more.")),
}
