"""CLIXML, the hot part of it: calls into bytes, answers into values. Pure; see docs/formats/psrp.md.

Not here: the messages that are sent once a session (negotiation, key exchange), which are pypsrp's.
"""

from .reading import read_value
from .writing import Encrypt, create_pipeline, write_value

__all__ = ["Encrypt", "create_pipeline", "read_value", "write_value"]
