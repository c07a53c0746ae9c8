"""ext2, ext3 and ext4 read from bytes anywhere, as if the journal had been played back; nothing is written.

Written from the kernel's documentation, Documentation/filesystems/ext4. Checksums are checked where there are any, so
that damage is found by name and not read as mail (docs/decisions/0186).
"""

from .filesystem import Ext4, open_ext4

__all__ = ["Ext4", "open_ext4"]
