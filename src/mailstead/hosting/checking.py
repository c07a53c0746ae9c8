"""Is a Windows host as we need it? Looked at duty by duty; what one duty meets hides no other."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from mailstead.ground.clock import Clock
from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.monitoring.model import Finding, Report, Verdict, failed, passed, skipped, warned
from mailstead.remoting.cmdlets import cluster, core, hyperv, storage
from mailstead.remoting.endpoint import ClientCertificate
from mailstead.remoting.greeting import Greeting
from mailstead.remoting.port import Remote
from mailstead.sites.model import Host, HyperV

from .roles import CAPABILITIES, HOST, SHIPPED
from .stamps import UNSTAMPED, stamp_of

DAYS_LEAST, SKEW_MOST_S, SKEW_KERBEROS_S, FREE_LEAST = 30, 60.0, 300.0, 0.1
GIB = 1 << 30
_SHOWN = re.compile(r"@\{ Name = '[A-Za-z.-]+\\([A-Za-z]+-[A-Za-z]+)'")


@dataclass(frozen=True, slots=True)
class Subject:
    """A host to be looked at: `way` leads to it, `image` says where the image of new machines is to lie.

    `stamp` is that of the role which the host should have.
    """

    host: Host
    settings: HyperV
    way: Remote
    greeting: Callable[[], Greeting]
    image: Callable[[], PurePath]
    clock: Clock
    stamp: str


Duty = Callable[[Subject], Iterator[Finding]]


def check(of: Subject) -> Report:
    """Look at everything, and return what was found. Raises nothing that the host is to blame for."""
    began = of.clock.monotonic()
    findings: list[Finding] = []
    for name, duty in DUTIES.items():
        found = _looked(name, duty, of)
        findings += found
        if name in _GATES and any(finding.verdict is Verdict.FAILED for finding in found):
            findings.append(skipped("host", of.host.name, f"nothing behind it was looked at: mend {name} first"))
            break
    return Report(of.host.name, tuple(findings), of.clock.monotonic() - began)


def shown_by_role() -> frozenset[str]:
    """Return the cmdlets of the host's role as it ships: those that we call."""
    return frozenset(_SHOWN.findall(SHIPPED.joinpath(f"{CAPABILITIES[HOST]}.psrc").read_text("utf-8")))


def certificate(of: Subject) -> Iterator[Finding]:
    days = (of.greeting().valid_until - of.clock.now()).days
    told = f"valid for {days} days more"
    if days < DAYS_LEAST:
        remedy = "renew it on the host, and give the listener the new thumbprint: step 2 of STEPS.md"
        yield warned("certificate", of.settings.address, told, remedy)
    else:
        yield passed("certificate", of.settings.address, told)


def own_certificate(of: Subject) -> Iterator[Finding]:
    """Ours is looked at before the session: a host only hangs up on one that has ended."""
    if of.settings.sign_in != "certificate" or not (of.settings.certificate and of.settings.key):
        return
    days = (ClientCertificate(of.settings.certificate, of.settings.key).valid_until() - of.clock.now()).days
    where, remedy = str(of.settings.certificate), "renew it, and map the new one to the account on the host"
    if days < 0:
        yield failed("our certificate", where, f"ended {-days} days ago", remedy)
    elif days < DAYS_LEAST:
        yield warned("our certificate", where, f"valid for {days} days more", remedy)
    else:
        yield passed("our certificate", where, f"valid for {days} days more")


def time(of: Subject) -> Iterator[Finding]:
    theirs = of.greeting().clock
    if theirs is None:
        yield skipped("time", of.host.name, "the host does not say what time it is")
        return
    skew = abs((theirs - of.clock.now()).total_seconds())
    told = f"{skew:.0f} s from ours"
    remedy = "let both ask the same time source: w32tm /query /status"
    if skew > SKEW_KERBEROS_S:
        yield failed("time", of.host.name, f"{told}; Kerberos takes no more than {SKEW_KERBEROS_S:.0f} s", remedy)
    elif skew > SKEW_MOST_S:
        yield warned("time", of.host.name, told, remedy)
    else:
        yield passed("time", of.host.name, told)


def session(of: Subject) -> Iterator[Finding]:
    host = of.way.run(hyperv.GetVMHost()).one("VMHost")
    cores, memory = host.number("LogicalProcessorCount"), host.number("MemoryCapacity") // GIB
    told = f"{host.text_of('Name')}: {cores} processors, {memory} GiB of memory; signed in by {of.settings.sign_in}"
    yield passed("session", of.way.name, told)


def role(of: Subject) -> Iterator[Finding]:
    seen = {shown.text_of("Name") for shown in of.way.run(core.GetCommand()).all("CommandInfo")}
    ours = shown_by_role()
    if missing := sorted(ours - seen):
        remedy = f"install the current role: mailstead host prepare {of.host.name} --out DIR, then step 3 of STEPS.md"
        yield failed("role", of.settings.configuration, f"does not show {', '.join(missing)}", remedy)
    else:
        yield passed("role", of.settings.configuration, f"shows the {len(ours)} cmdlets that mailstead calls")
    if more := sorted(seen - ours - core.BY_ITSELF):
        remedy = "give the account this one role only: where two show a cmdlet, the looser one counts"
        yield warned("role", of.settings.configuration, f"shows more than it needs: {', '.join(more)}", remedy)


def release(of: Subject) -> Iterator[Finding]:
    seen = stamp_of(of.way)
    if seen == of.stamp:
        yield passed("release", of.settings.configuration, "is the role of this release, with this platform's values")
        return
    told = "the role is of an older release, or has other values than this platform's now"
    if seen == UNSTAMPED:
        told = "the role is as it ships, without this platform's values"
    remedy = f"run mailstead host prepare {of.host.name} --out DIR again, then step 3 of STEPS.md"
    yield warned("release", of.settings.configuration, told, remedy)


def version(of: Subject) -> Iterator[Finding]:
    versions = of.way.run(hyperv.GetVMHostSupportedVersion()).all("VMHostSupportedVersion")
    default = next((one.text_of("Version") for one in versions if one.truth("IsDefault")), "")
    if default and float(default) < 8.0:
        remedy = "upgrade the host to Windows Server 2016 or later"
        yield failed("version", of.host.name, f"makes machines of version {default}; 8.0 is the least", remedy)
    else:
        yield passed("version", of.host.name, f"makes machines of version {default or 'unknown'}")


def switches(of: Subject) -> Iterator[Finding]:
    there = {switch.text_of("Name") for switch in of.way.run(hyperv.GetVMSwitch()).all("VMSwitch")}
    for name in dict.fromkeys((of.settings.switch, of.settings.management_switch)):
        if name in there:
            yield passed("switch", name, "is there")
        else:
            remedy = f"make it (New-VMSwitch), or name another: there are {', '.join(sorted(there)) or 'none'}"
            yield failed("switch", name, f"{of.host.name} has no such switch", remedy)


def folder(of: Subject) -> Iterator[Finding]:
    where = str(of.host.folder)
    volume = of.way.run(storage.GetVolumeOf(FilePath=where)).one("MSFT_Volume")
    free, size = volume.number("SizeRemaining"), volume.number("Size")
    told = f"{free // GIB} of {size // GIB} GiB are free"
    if free < size * FREE_LEAST:
        yield warned("folder", where, told, "free room on the volume, or give new tenants another host")
    else:
        yield passed("folder", where, told)


def image(of: Subject) -> Iterator[Finding]:
    where = str(of.image())
    try:
        of.way.run(hyperv.GetVHD(Path=(where,))).one("VirtualHardDisk")
    except NotFound:
        remedy = f"mailstead image build --vhdx, then: mailstead image place {of.host.name} ({of.settings.images})"
        yield failed("image", where, "is not on the host yet", remedy)
    else:
        yield passed("image", where, "is there")


def quorum(of: Subject) -> Iterator[Finding]:
    if not of.settings.cluster:
        return
    name = of.way.run(cluster.GetCluster()).one("Cluster").text_of("Name")
    nodes = {
        node.text_of("Name"): node.text_of("State") for node in of.way.run(cluster.GetClusterNode()).all("ClusterNode")
    }
    paused = sorted(node for node, state in nodes.items() if state != "Up")
    if paused:
        told = ", ".join(f"{node} is {nodes[node].lower()}" for node in paused)
        remedy = "when their maintenance is over: mailstead host resume, or Resume-ClusterNode there"
        yield warned("cluster", name, told, remedy)
    else:
        yield passed("cluster", name, f"{len(nodes)} nodes, all up")


DUTIES: dict[str, Duty] = {
    "certificate": certificate,
    "our certificate": own_certificate,
    "time": time,
    "session": session,
    "role": role,
    "release": release,
    "version": version,
    "switch": switches,
    "folder": folder,
    "image": image,
    "cluster": quorum,
}
_GATES = frozenset({"certificate", "our certificate", "session"})  # without them nothing behind can be asked


def _looked(name: str, duty: Duty, of: Subject) -> list[Finding]:
    try:
        return list(duty(of))
    except MailsteadError as error:
        return [failed(name, of.host.name, error.message, error.remedy or f"see the code {error.code}")]
