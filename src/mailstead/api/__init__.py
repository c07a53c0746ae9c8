"""The REST API: `/api/v1`, described by itself in OpenAPI 3.1. docs/api.md; decisions 0166 to 0169.

`guard.py` is what every request passes before anything is decided by its path; `routes/` parse with the models of
`wire/`, call one verb of `access`, and show; `problems.py` turns every error into RFC 9457.
"""

from .application import application
from .settings import Settings

__all__ = ["Settings", "application"]
