"""The platform as one person may see and change it: what the REST API and the console call, and nothing beside it.

`Access` is made for every request from who asks. Each verb demands its right first, then looks through stores that are
narrowed to the caller's tenants: what is out of their scope is not found. Faces hold no rule of their own.
"""

from .entry import Access
from .keyed import Request

__all__ = ["Access", "Request"]
