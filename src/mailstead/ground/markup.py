"""XML that a program of this host wrote and that nobody else had in hand: libvirt's, for one."""

from xml.etree.ElementTree import Element, fromstring


def trusted(xml: str) -> Element:
    """Return the root. Never for what came over a network: entities are expanded."""
    return fromstring(xml)  # noqa: S314 - that is what this function is for
