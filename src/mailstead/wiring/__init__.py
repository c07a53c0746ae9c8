"""The one place that names drivers: it builds a platform from its files, and does nothing else."""

from .founding import found_platform
from .hosting import Hosting, open_hosting
from .images import Images
from .memory import memory_platform
from .opening import open_images, open_platform, open_services
from .removal import remove_everything
from .running import Running
from .windows import windows_medium

__all__ = [
    "Hosting",
    "Images",
    "Running",
    "found_platform",
    "memory_platform",
    "open_hosting",
    "open_images",
    "open_platform",
    "open_services",
    "remove_everything",
    "windows_medium",
]
