"""How mail servers lay mail into files: Maildir and sdbox as Dovecot writes them; pure but for reads of the port."""
