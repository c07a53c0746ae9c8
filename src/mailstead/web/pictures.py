"""Pictures made here: icons, a line of SVG path each, drawn on 24 by 24; and QR codes."""

import segno
from markupsafe import Markup

PATHS = {
    "house": "M3 10 12 3.5 21 10v10.5H3z M3 10.5l9 6 9-6",
    "tenants": "M3 21V9l6-4 6 4v12 M15 12l6 3v6H3 M7 12h4 M7 16h4",
    "orders": "M4 6h3 M4 12h3 M4 18h3 M11 6h9 M11 12h9 M11 18h9",
    "hosts": "M4 4h16v6H4z M4 14h16v6H4z M8 7h.01 M8 17h.01",
    "people": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6"
    " M16 4.5a3.5 3.5 0 0 1 0 6.5 M18 14.5c2 .8 3.2 2.6 3.5 5.5",
    "audit": "M6 3h9l4 4v14H6z M14 3v5h5 M9.5 13h6 M9.5 17h6",
    "settings": "M4 7h9 M17 7h3 M4 17h3 M11 17h9 M13 4.5v5h4v-5z M7 14.5v5h4v-5z",
    "doctor": "M3 12h4l2.5-6 4.5 12 2.5-6H21",
    "shelf": "M3 4h18v16H3z M3 12h18 M7 4v8 M10.5 4v8 M14 12v8 M17.5 12v8",
    "search": "M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M15.7 15.7 21 21",
    "mail": "M3 5.5h18v13H3z M3 6l9 7 9-7",
    "alias": "M4 12h13 M13 7l5 5-5 5",
    "list": "M3 6.5h12v9H3z M3 7l6 4.5 6-4.5 M18 9.5h3v9H9",
    "globe": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M3 12h18 M12 3c3.5 3 3.5 15 0 18 M12 3c-3.5 3-3.5 15 0 18",
    "machine": "M3 4.5h18v12H3z M8.5 20.5h7 M12 16.5v4",
    "network": "M9.5 3h5v5h-5z M3 16h5v5H3z M16 16h5v5h-5z M12 8v4 M5.5 16v-4h13v4",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "cross": "M6 6l12 12 M18 6 6 18",
    "dot": "M12 12h.01",
    "turn": "M12 4a8 8 0 1 1-7.7 5.8",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3.5 2",
    "plus": "M12 5v14 M5 12h14",
    "menu": "M4 7h16 M4 12h16 M4 17h16",
    "key": "M8 15.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M12 11.5h9v3.5 M17 11.5v3",
    "phone": "M7 2.5h10v19H7z M11 18.5h2",
    "shield": "M12 3l8 3v6c0 4.5-3.3 7.7-8 9-4.7-1.3-8-4.5-8-9V6z",
    "out": "M14 4h6v16h-6 M3 12h11 M10 8l4 4-4 4",
    "theme": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 3v18 M12 8h7.5 M12 13h8.5 M12 18h6",
    "arrow": "M5 12h13 M13 7l5 5-5 5",
    "upload": "M12 16V4 M7.5 8.5 12 4l4.5 4.5 M4 20h16",
    "calm": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M8 14c1.2 1.5 2.5 2.2 4 2.2s2.8-.7 4-2.2 M9 9.5h.01 M15 9.5h.01",
}


def icon(name: str) -> Markup:
    """Return an icon; it says nothing to those who listen, the text beside it does."""
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>').format(PATHS[name])


def qr_code(text: str) -> Markup:
    """Return a QR code (ISO/IEC 18004) as SVG without style or size of its own."""
    rows = segno.make(text, error="m").matrix
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows, 2) for x, bit in enumerate(row, 2) if bit)
    return Markup('<svg class="qr" viewBox="0 0 {0} {0}"><path d="{1}"/></svg>').format(len(rows) + 4, "".join(dark))
