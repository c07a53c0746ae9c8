"""Adapters of machines: switch, VLAN, guards, rules at the port."""

from collections.abc import Iterator
from ipaddress import ip_interface

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.records import PSError

from .kinds import VlanMode
from .machines import out_of_range
from .world import Acl, Adapter, Machine, Switch, VlanSetting


@simulates(declared.GetVMSwitch)
def get_switches(run: Run, call: declared.GetVMSwitch) -> Iterator[Switch]:
    if call.Name is None:
        yield from run.world.switches.values()
    else:
        yield run.world.switch(call.Name)


@simulates(declared.SetVMSwitch)
def set_switch(_: Run, call: declared.SetVMSwitch, switch: Switch) -> None:
    switch.notes = call.Notes


@simulates(declared.GetVMNetworkAdapter)
def get_adapters(_: Run, call: declared.GetVMNetworkAdapter, machine: Machine) -> Iterator[Adapter]:
    return (adapter for adapter in machine.adapters if call.Name in {None, adapter.name})


@simulates(declared.AddVMNetworkAdapter)
def add_adapter(run: Run, call: declared.AddVMNetworkAdapter, machine: Machine) -> None:
    if machine.running:
        text = "A network adapter cannot be added while the virtual machine runs."
        run.error(PSError(text, ErrorCategory.InvalidOperation, "InvalidState"))
        return
    mac = call.StaticMacAddress.replace(":", "").replace("-", "").upper()
    machine.adapters.append(Adapter(machine, call.Name, run.world.switch(call.SwitchName).name, mac))


@simulates(declared.ConnectVMNetworkAdapter)
def connect(run: Run, call: declared.ConnectVMNetworkAdapter, adapter: Adapter) -> None:
    adapter.switch = run.world.switch(call.SwitchName).name


@simulates(declared.DisconnectVMNetworkAdapter)
def disconnect(_: Run, __: declared.DisconnectVMNetworkAdapter, adapter: Adapter) -> None:
    adapter.switch = ""


@simulates(declared.SetVMNetworkAdapter)
def set_adapter(run: Run, call: declared.SetVMNetworkAdapter, adapter: Adapter) -> None:
    if call.StaticMacAddress and adapter.machine.running:
        text = "A static MAC address cannot be set while the virtual machine runs."
        run.error(PSError(text, ErrorCategory.InvalidOperation, "InvalidState"))
        return
    adapter.mac = (call.StaticMacAddress or adapter.mac).replace(":", "").replace("-", "").upper()
    adapter.spoofing = call.MacAddressSpoofing or adapter.spoofing
    adapter.dhcp_guard = call.DhcpGuard or adapter.dhcp_guard
    adapter.router_guard = call.RouterGuard or adapter.router_guard
    adapter.bandwidth = adapter.bandwidth if call.MaximumBandwidth is None else call.MaximumBandwidth


@simulates(declared.SetVMNetworkAdapterVlan)
def set_vlan(run: Run, call: declared.SetVMNetworkAdapterVlan, adapter: Adapter) -> None:
    if not 1 <= call.VlanId <= 4094:
        run.error(out_of_range(f"The VLAN ID {call.VlanId} is out of range."))
        return
    adapter.vlan_mode, adapter.vlan = VlanMode.Access, call.VlanId


@simulates(declared.GetVMNetworkAdapterVlan)
def get_vlan(_: Run, __: declared.GetVMNetworkAdapterVlan, adapter: Adapter) -> Iterator[VlanSetting]:
    yield VlanSetting(adapter)


@simulates(declared.GetVMNetworkAdapterExtendedAcl)
def get_acls(_: Run, __: declared.GetVMNetworkAdapterExtendedAcl, adapter: Adapter) -> Iterator[Acl]:
    return iter(list(adapter.acls))


@simulates(declared.AddVMNetworkAdapterExtendedAcl)
def add_acl(run: Run, call: declared.AddVMNetworkAdapterExtendedAcl, adapter: Adapter) -> None:
    if any((acl.direction, acl.weight) == (call.Direction, call.Weight) for acl in adapter.acls):
        text = f"There is a rule with weight {call.Weight} in direction {call.Direction} already."
        run.error(PSError(text, ErrorCategory.ResourceExists, "ResourceExists"))
        return
    for address in (call.LocalIPAddress, call.RemoteIPAddress):
        if address and address != "ANY":
            _check_address(address)
    adapter.acls.append(
        Acl(
            adapter,
            call.Direction,
            call.Weight,
            call.Action,
            call.LocalIPAddress or "ANY",
            call.RemoteIPAddress or "ANY",
            call.LocalPort or "ANY",
            call.RemotePort or "ANY",
            call.Protocol or "ANY",
            stateful=bool(call.Stateful),
            idle_s=call.IdleSessionTimeout or 0,
        )
    )


@simulates(declared.RemoveVMNetworkAdapterExtendedAcl)
def remove_acl(run: Run, call: declared.RemoveVMNetworkAdapterExtendedAcl, adapter: Adapter) -> None:
    kept = [acl for acl in adapter.acls if (acl.direction, acl.weight) != (call.Direction, call.Weight)]
    if len(kept) == len(adapter.acls):
        text = f"There is no rule with weight {call.Weight} in direction {call.Direction}."
        run.error(PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound"))
    adapter.acls = kept


def _check_address(text: str) -> None:
    try:
        ip_interface(text)
    except ValueError:
        raise out_of_range(f"{text} is no address and no network.") from None
