"""Whether a host can give its guests machines of their own, and by what.

Source: https://libvirt.org/html/libvirt-libvirt-host.html#virConnectCompareHypervisorCPU.
"""

import libvirt

from mailstead.hypervisors.model import MachineRefused

from .domain_xml import NESTING, Accelerator


def nesting_feature(host: libvirt.virConnect, accelerator: Accelerator) -> str:
    """Return the processor's feature for it. Raises MachineRefused where there is none, and libvirtError."""
    found = next((name for name in NESTING if _offers(host, accelerator, name)), None)
    if found is None:
        remedy = "load kvm_intel or kvm_amd with nested=1 on the host, choose another host, or give up nested"
        raise MachineRefused("this host lets no machine run machines of its own", field="nested", remedy=remedy)
    return found


def _offers(host: libvirt.virConnect, accelerator: Accelerator, feature: str) -> bool:
    verdict = host.compareHypervisorCPU(None, "x86_64", "pc", accelerator, _least_with(feature))
    return int(verdict) in (libvirt.VIR_CPU_COMPARE_IDENTICAL, libvirt.VIR_CPU_COMPARE_SUPERSET)


def _least_with(feature: str) -> str:
    """Return a processor that asks for this one feature; libvirt wants a model, and takes none without features."""
    others = "".join(f"<feature policy='optional' name='{name}'/>" for name in ("fpu", "pse", "vme"))
    wanted = f"<feature policy='require' name='{feature}'/>"
    return f"<cpu match='minimum'><model fallback='forbid'>486</model>{others}{wanted}</cpu>"
