"""The commands that Windows Setup runs once, as the system, in the pass specialize: fixed words, and proved values.

They bring WinRM to listen over HTTPS with our certificate, which lies as a PFX beside the answer file, on the same
medium. No secret is in a command: what is written here can be read in the guest's logs.
"""

from dataclasses import dataclass

from .model import Listener

PFX = "GUEST.PFX"
WORD = "mailstead"  # Windows takes no PFX without a password; this one is known to all: the medium is the secret


@dataclass(frozen=True, slots=True)
class Command:
    """A command line of at most 259 letters, and what it is for."""

    line: str
    purpose: str


def commands(listener: Listener) -> tuple[Command, ...]:
    """Return the commands in their order."""
    values = f'Hostname="{listener.name}";CertificateThumbprint="{listener.thumbprint}"'
    rule = 'name="mailstead WinRM over HTTPS" dir=in action=allow protocol=TCP localport=5986'
    # The medium's drive letter is not known before.
    import_it = f"if exist %d:\\{PFX} certutil.exe -f -p {WORD} -importpfx My %d:\\{PFX} NoExport"
    return (
        Command(f"cmd.exe /c for %d in (D E F G H I) do {import_it}", "Keep the listener's certificate"),
        Command("sc.exe config WinRM start= auto", "Let WinRM start with Windows"),
        Command("net.exe start WinRM", "Start WinRM"),
        Command(
            f"cmd.exe /c winrm.cmd create winrm/config/Listener?Address=*+Transport=HTTPS @{{{values}}}",
            "Listen over HTTPS",
        ),
        Command(
            f"netsh.exe advfirewall firewall add rule {rule} remoteip={_sources(listener)}", "Let the control plane in"
        ),
    )


def _sources(listener: Listener) -> str:
    return str(listener.sources) if listener.sources.prefixlen else "any"
