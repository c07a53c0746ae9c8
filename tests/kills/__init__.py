"""Workers of the whole platform that are killed with SIGKILL, on a world that outlives them."""
