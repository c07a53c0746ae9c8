"""The console in the browser: pages made on the server, one folder each, that need no JavaScript to be read.

A page parses what came, calls one verb of `access` or of the sign-in, and shows. `console.py` puts them together,
`dispatch.py` is what every request passes. docs/decisions/0171 to 0174.
"""

from .console import application

__all__ = ["application"]
