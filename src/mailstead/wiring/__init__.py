"""The one place that names drivers: it builds a platform from its files, and does nothing else."""

from .backups import keep_credentials
from .founding import found_platform
from .hosting import Hosting, open_hosting
from .images import Images
from .memory import memory_platform
from .opening import open_images, open_platform, open_services
from .removal import remove_everything
from .running import Running
from .trial import Trial, open_trial
from .web import web_certificate
from .windows import windows_medium

__all__ = [
    "Hosting",
    "Images",
    "Running",
    "Trial",
    "found_platform",
    "keep_credentials",
    "memory_platform",
    "open_hosting",
    "open_images",
    "open_platform",
    "open_services",
    "open_trial",
    "remove_everything",
    "web_certificate",
    "windows_medium",
]
