"""What an administrator does with the role files of a host, step by step: the file STEPS.md beside them."""

from mailstead.sites.model import Host, HyperV, Network

from .roles import DIRECTORY, GUEST, HOST, RoleValues

_MODULE = r"C:\Program Files\WindowsPowerShell\Modules\Mailstead"


def steps(host: Host, way: HyperV, values: RoleValues, network: Network) -> str:
    """Return STEPS.md for *host*."""
    spans = ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in values.vlans)
    return _TEXT.format(
        name=host.name,
        address=way.address,
        port=way.port,
        configuration=way.configuration,
        host=HOST,
        guest=GUEST,
        directory=DIRECTORY,
        module=_MODULE,
        folder=values.folder,
        images=values.images,
        account=values.account,
        unit=values.unit,
        switch=way.switch,
        management=way.management_switch,
        spans=spans,
        sign_in=_SIGN_INS[way.sign_in].format(account=values.account, address=way.address),
        share=f"`{way.share}` (write access for the account)" if way.share else "none: images are placed by hand",
        disks=f"`{way.disks_share}` (the folder `{values.folder}`; change access, encrypted)"
        if way.disks_share
        else "none: there are no backups without `--disks-share`",
        pool=way.management_pool,
        first=network.vlan_first,
        last=network.vlan_last,
    )


_SIGN_INS = {
    "kerberos": "Kerberos: nothing more is needed on a host that is in the domain. On the control plane: a keytab for"
    " `{account}`, and the name `{address}` must be the host's own (HTTP/{address} is its service name).",
    "certificate": "By certificate: `Set-Item WSMan:\\localhost\\Service\\Auth\\Certificate $true`, then map the"
    " certificate to the account: `New-Item WSMan:\\localhost\\ClientCertificate` (issuer, subject, account).",
    "ntlm": "NTLM: nothing more is needed; the password is kept in mailstead's vault, never in a file.",
    "basic": "Basic, over HTTPS only: `Set-Item WSMan:\\localhost\\Service\\Auth\\Basic $true`; the password is kept in"
    " mailstead's vault, never in a file.",
}

_TEXT = """\
# {name}: what the administrator does

In an elevated Windows PowerShell 5.1, on `{address}` unless another machine is named. Everything may be repeated.
The role files beside this page hold the values of this site; nothing in them has to be edited.

## 1. The host

1. `Install-WindowsFeature Hyper-V, Hyper-V-PowerShell -Restart`
2. Folders, which only administrators and SYSTEM may change:
   `New-Item -ItemType Directory '{folder}', '{images}', 'C:\\ProgramData\\mailstead\\transcripts' -Force`
3. Switches (external, without access for other machines of yours):
   `Get-VMSwitch` must show `{switch}` and `{management}`.
   The switch `{switch}` carries the VLANs {spans} as a trunk to your router.

## 2. WinRM over HTTPS

1. A certificate for `{address}` from a CA that the control plane trusts, in `Cert:\\LocalMachine\\My`.
2. `New-Item WSMan:\\localhost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint <thumbprint> -Force`
   (port {port}), and a firewall rule that lets in the control plane alone:
   `New-NetFirewallRule -DisplayName 'WinRM HTTPS (mailstead)' -Direction Inbound -Protocol TCP -LocalPort {port} \
-RemoteAddress <control plane> -Action Allow`
3. {sign_in}

## 3. The role

1. `New-Item -ItemType Directory '{module}\\RoleCapabilities' -Force`
2. Copy `Mailstead.psm1` into `{module}`, and `MailsteadHost.psrc` into `{module}\\RoleCapabilities`.
3. `Test-PSSessionConfigurationFile .\\{host}.pssc` must say True.
4. `Register-PSSessionConfiguration -Name {configuration} -Path .\\{host}.pssc -Force`

The role runs under a virtual account of the host and is given to `{account}`, which needs no other right there:
do not make it a member of Administrators or Hyper-V Administrators.
Files of images reach the host through: {share}.
Backups read disks, and bring them back, through: {disks}.

## 4. The router

The gateway of every tenant's VLAN ({first} to {last}) is your router, and the machines' management addresses
({pool}) must be reachable from the control plane, and from nowhere else. `docs/hyperv.md` says what it must let pass.

## 5. See whether all is well, from the control plane

`mailstead host check {name}`, then once `mailstead host check {name} --deep`.

## Windows guests and the directory, where you have them

* `{guest}.pssc`, `MailsteadGuest.psrc`: the same steps as in 3, in the guest (or in its
  image), under the name `{guest}`.
* `Mailstead.Exchange.pssc`, `MailsteadExchange.psrc`: the same on an Exchange server, with `MailsteadExchange.psm1`
  in a module folder of its own: docs/exchange.md.
* `{directory}.pssc`, `MailsteadDirectory.psrc`: the same on one domain controller, under the name `{directory}`.
  It reaches what lies below `{unit}` only. On a domain controller a virtual account is a domain administrator: put
  `GroupManagedServiceAccount = '<gMSA with rights on that unit>'` in the place of `RunAsVirtualAccount` there.
"""
