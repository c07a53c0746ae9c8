"""Real sockets and the memory world, behind one port."""
