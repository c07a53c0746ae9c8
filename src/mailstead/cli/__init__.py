"""The same functions in a terminal, one file a subject."""
