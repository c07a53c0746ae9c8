"""The words that may follow `mailstead`; what stands behind one is loaded when it is said, so that no other waits."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class Word:
    """Where a command, or a group of them, is found in this chapter, and what the list of all says of it."""

    place: str
    help: str

    def found(self) -> Any:
        """Return what is behind the word."""
        module, _, name = self.place.rpartition(".")
        with _loading():
            return getattr(import_module(f".{module}", __package__), name)


@contextmanager
def _loading() -> Iterator[None]:
    """Keep the garbage collector from what modules are made of: it stays, and looking takes a third of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


WORDS = {
    "tenant": Word("tenants.app", "Tenants: add, show, change, suspend, remove."),
    "mailbox": Word("self_service.mailboxes", "Mailboxes of a tenant."),
    "alias": Word("mail.aliases", "Aliases: mail to one address goes to others."),
    "list": Word("mail.lists", "Distribution lists."),
    "domain": Word("mail.domains", "Mail domains of a tenant and their policies."),
    "order": Word("orders.app", "Orders: what is being done, was done, or failed."),
    "machine": Word("machines.app", "Machines: how they fare, checkpoints, copies, moves."),
    "backup": Word("backups.app", "Backups of machines: made, listed, checked, tried out, thinned out."),
    "restore": Word("restores.app", "Machines, disks, mails and files out of a backup."),
    "host": Word("hosts.app", "Hosts: what they have and carry."),
    "guest": Word("guest.app", "What is inside a tenant's Windows machine."),
    "services": Word("services.app", "What the platform runs on this machine beside machines."),
    "image": Word("images.app", "The guest appliance that machines start from."),
    "state": Word("state.app", "The platform's own state: backed up, restored."),
    "quarantine": Word("quarantine.app", "After a restore: compare, adopt, and let the platform act."),
    "person": Word("people.people", "People who use console and API: roles, factors, sessions."),
    "token": Word("people.tokens", "Keys for programs that use the API."),
    "sign-in": Word("sign_in.app", "Sign-ins elsewhere: providers of OpenID Connect."),
    "audit": Word("audit.app", "The audit chain: who did what, and whether it is whole."),
    "init": Word("platform.init", "Found a platform in the home folder: mailstead.toml, key file, database."),
    "work": Word("platform.work", "Carry out orders as they come, and keep certificates and removals on time."),
    "schema": Word("platform.schema", "Print the JSON Schema of mailstead.toml."),
    "plan": Word("plans.plan", "Show what would change, removals first."),
    "apply": Word("plans.apply", "Bring everything to what is wanted."),
    "drift": Word("drifting.drift", "Look for what somebody changed by hand, and name each field that differs."),
    "check": Word("checks.check", "Look at a tenant from outside."),
    "doctor": Word("doctor.doctor", "Hold the database against the world."),
    "serve": Word("serve.serve", "Serve console and REST API, and carry orders out."),
    "demo": Word("demo.demo", "Build two tenants, send a mail between them, and prove that nothing else passes."),
}


class Program(TyperGroup):
    """Knows its words, and what is behind one when it is said."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: Later(name, word) for name, word in WORDS.items()}


class Later(TyperCommand):
    """Stands for a word; `real` is what is behind it."""

    def __init__(self, name: str, word: Word) -> None:
        super().__init__(name, help=word.help)
        self._word = word

    @cached_property
    def real(self) -> Any:
        program = typer.Typer()
        program.callback()(lambda: None)  # with one, a single command has its word, too
        found, name = self._word.found(), str(self.name)
        if isinstance(found, typer.Typer):
            program.add_typer(found, name=name, help=self.help)
        else:
            program.command(name)(found)
        return get_group(program).commands[name]

    @property
    def commands(self) -> dict[str, Any]:
        """What may follow the word."""
        return dict(getattr(self.real, "commands", {}))

    def make_context(self, *args: Any, **named: Any) -> Any:
        return self.real.make_context(*args, **named)
