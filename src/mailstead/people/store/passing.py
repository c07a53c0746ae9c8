"""What was true of a moment only, and must not come back with an old state."""

from sqlalchemy import Connection, delete

from .tables import challenges, links, mailbox_sessions, sessions, tries


def forget_moments(connection: Connection) -> None:
    """End all sessions, withdraw all links: one of them may have been ended after the state was saved."""
    for table in (sessions, mailbox_sessions, links, challenges, tries):
        connection.execute(delete(table))
