"""The platform file on disk."""

from pathlib import Path

from mailstead.ground.files import read_toml

from .model import Platform

EXAMPLE = """\
# The platform: what belongs to no tenant. Every key: mailstead schema platform
name = "mailstead"
grace_days = 30                        # how long the disks of a removed tenant are kept
orders_days = 400                      # how long orders that have ended are kept; the audit trail stays

[[sites]]
name = "home"

[[sites.hosts]]
name = "kvm1"
uri = "qemu:///system"
orders_at_once = 2                     # machines that are built side by side

[network]                              # every tenant gets one number of each pool
vlan_first = 100
vlan_last = 3999
ipv4_pool = "10.64.0.0/14"
ipv6_pool = "fd64:6d73::/40"
public_ipv4 = "203.0.113.0/24"         # documentation addresses: put your own here
public_ipv6 = "2001:db8:6d73::/64"
# uplink = "eth0"                      # without it nothing leaves this host

[dns]
names = ["ns1.mailstead.example"]
hostmaster = "hostmaster.mailstead.example"

[certificates]
issuer = "ca"                          # or "acme", with acme_directory

[web]                                  # console and REST API
url = "https://localhost:8443"         # what people type; passkeys and links belong to it: choose it once

# [[sign_in]]                          # Entra, Keycloak, AD FS: see docs/sign-in.md

# [[backup_target]]                    # where backups are kept: a folder, or a bucket that speaks S3
# name = "nas"
# place = "/srv/backups"
"""


def read_platform(path: Path) -> Platform:
    """Read and validate `mailstead.toml`; raise NotFound or InvalidInput naming file and field."""
    return Platform.parse(read_toml(path), where=path.name)
