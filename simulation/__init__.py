"""A whole world in memory that misbehaves as one seed says, and stories played on it: see README.md."""
