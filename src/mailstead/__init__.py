"""mailstead: every tenant a homestead of its own. Start at ARCHITECTURE.md."""
