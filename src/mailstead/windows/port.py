"""The port: what a Windows guest is made of, seen and changed from outside."""

from typing import Protocol

from mailstead.ground.plans import ChangePlan

from .model import Feature, GuestState, Item


class GuestRoles(Protocol):
    """The Windows guests of a platform, each by the name of its tenant.

    Every verb but `answers` raises WindowsSilent when the guest does not answer (ask again), WindowsAnswerLost when it
    was told and the answer is missing (look, then plan anew), WindowsRefused when Windows said no, and Denied where
    its role does not show what is asked for. All may be repeated.
    """

    def answers(self, machine: str) -> bool:
        """Say whether the guest's endpoint takes work now."""

    def features(self, machine: str) -> tuple[Feature, ...]:
        """Return every role and feature that this Windows offers, by name."""

    def found(self, machine: str, about: GuestState) -> GuestState:
        """Return what there is of the parts that *about* names, and all firewall rules of ours.

        A service or feature that is not there is left out. Raises NoSuchWindowsPart for an adapter that is not there.
        """

    def apply(self, machine: str, plan: ChangePlan[Item]) -> bool:
        """Carry out a plan; say whether the guest has to restart before all of it holds.

        Raises NoSuchWindowsPart for a service that is not there, WindowsRefused for one that does not start.
        """

    def restart_service(self, machine: str, name: str) -> None:
        """Stop and start a service. Raises NoSuchWindowsPart."""
