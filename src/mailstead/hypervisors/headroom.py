"""The check that every driver makes before it resizes. Pure."""

from .model import Machine, NeedsRestart


def refuse_beyond(machine: Machine, *, vcpus: int, memory_mib: int) -> None:
    """Raise NeedsRestart if the machine was not made to grow this far."""
    asked = {"vcpus": (vcpus, machine.vcpus_max), "memory_mib": (memory_mib, machine.memory_max_mib)}
    for field, (value, most) in asked.items():
        if value > most:
            raise NeedsRestart(
                f"the machine of {machine.name} runs with room for {field} up to {most}, not {value}",
                field=field,
                value=value,
                remedy=f"ask for at most {most}, or let the machine be restarted with more head-room",
            )
