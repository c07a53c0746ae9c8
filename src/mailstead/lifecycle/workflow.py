"""The runbooks: what is done for a tenant, step by step. Each step looks first, and may be repeated."""

from mailstead.orders.model import Inputs, Retries
from mailstead.orders.port import Engine, Order

from .steps import Steps

SETTLE = "settle"
REMOVE = "remove"
PURGE = "purge"

PATIENT = Retries(attempts=3, first_s=5.0, deadline_s=1800.0)  # under emulation a start takes minutes


class Runbooks:
    """All runbooks over one set of steps."""

    def __init__(self, steps: Steps) -> None:
        self._do = steps

    def register(self, engine: Engine) -> None:
        """Tell the engine what each kind of order does."""
        engine.register(SETTLE, self.settle)
        engine.register(REMOVE, self.remove, gives_room=True)
        engine.register(PURGE, self.purge, gives_room=True)

    def settle(self, order: Order, inputs: Inputs) -> None:
        """Bring a tenant to what is wanted, from wherever it stands: onboarding and every later change."""
        do, about = self._do, (order.tenant, order.still_mine)
        allowed = tuple(inputs.get("allow_loss", ()))
        order.total_steps = 12
        order.step("reserve room and numbers", do.reserve, *about)
        order.step("lay network", do.lay_network, *about)
        order.step("make disks", do.make_disks, *about, allowed)
        order.step("start machine", do.start_machine, *about)
        order.step("make keys", do.make_keys, *about)
        order.step("open zones", do.open_zones, *about)
        order.step("announce next key", do.announce_key, *about)
        order.step("obtain certificate", do.certify, *about)
        order.step("wait for the machine", do.await_guest, *about, retries=PATIENT)
        order.step("configure mail server", do.configure_mail, *about, allowed)
        order.step("wait for mail", do.await_mail, *about, retries=PATIENT)
        order.step("publish names", do.publish_names, *about, allowed)

    def remove(self, order: Order, inputs: Inputs) -> None:
        """Take a tenant out of service; its disks, numbers and keys stay for the grace time."""
        do, about = self._do, (order.tenant, order.still_mine)
        order.total_steps = 4
        order.step("withdraw names", do.withdraw_names, *about)
        order.step("stop machine", do.stop_machine, *about)
        order.step("take up network", do.take_up_network, *about)
        order.step("note the day", do.note_removed, *about)

    def purge(self, order: Order, inputs: Inputs) -> None:
        """Destroy what is left of a removed tenant, and give its numbers back."""
        do, about = self._do, (order.tenant, order.still_mine)
        order.total_steps = 7
        order.step("see that it is removed", do.confirm_removed, *about)
        order.step("withdraw names", do.withdraw_names, *about)
        order.step("stop machine", do.stop_machine, *about)
        order.step("take up network", do.take_up_network, *about)
        order.step("destroy disks", do.destroy_disks, *about)
        order.step("destroy keys", do.destroy_keys, *about)
        order.step("forget tenant", do.forget, *about)
