"""The CD image with which a Windows machine wakes: in its drive before the first start, out when it has answered."""

from dataclasses import dataclass
from pathlib import PurePath

from mailstead.hypervisors.model import MissingFile, Power
from mailstead.hypervisors.port import Media
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World

from .machine import MachinePart
from .part import Mine, Subject

WOKEN = "windows/woken"  # in the tenant's vault: it has answered, and needs its medium no more


@dataclass(frozen=True, slots=True)
class MediumPart:
    world: World

    def insert(self, subject: Subject, look: Look, mine: Mine) -> list[str]:
        """See that the machine finds its medium at its first start. Raises MissingFile with what to do."""
        name, media = subject.name, self._media(subject)
        machine = look.machines(subject.host).get(name)
        if media is None or (machine and machine.power is Power.ON) or WOKEN in self.world.vault.names(name):
            return []
        mine()
        if machine is None:
            self.world.ports(subject.host).machines.define(MachinePart(self.world).wanted(subject, look))
        place = medium_place(self.world, subject.host, name)
        try:
            media.insert(name, place)
        except MissingFile as error:
            remedy = f"mailstead guest unattend {name} --out {name}.iso; put it there; mailstead order retry"
            raise MissingFile(error.message, field="medium", value=place, remedy=remedy) from error
        return [f"insert {place.name}"]

    def eject(self, subject: Subject, mine: Mine) -> list[str]:
        """Take the medium out of a machine that has answered: it holds its passwords."""
        media = self._media(subject)
        if media is None or WOKEN in self.world.vault.names(subject.name):
            return []
        mine()
        media.eject(subject.name)
        self.world.vault.put(subject.name, WOKEN, b"1")
        place = medium_place(self.world, subject.host, subject.name)
        return [f"eject {place.name}: destroy {place} now"]

    def _media(self, subject: Subject) -> Media | None:
        serves = subject.serves and subject.tenant.windows is not None
        return self.world.ports(subject.host).media if serves else None


def medium_place(world: World, host: str, name: str) -> PurePath:
    """Return where on its host the CD image of a tenant's machine is to lie: beside the images."""
    settings = world.ports(host).host
    return (settings.hyperv.images if settings.hyperv else settings.folder) / f"{name}.iso"
