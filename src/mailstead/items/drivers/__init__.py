"""What reads a kind of file system, and what gives mails back to a server."""
