"""Which file systems single mails and files are read out of."""

from typing import Final

from mailstead.items.drivers.ext4 import open_ext4
from mailstead.items.drivers.ntfs import open_ntfs
from mailstead.items.port import Opener

OPENERS: Final[tuple[Opener, ...]] = (open_ext4, open_ntfs)
