"""Windows hosts made ready: what is written for their administrator, how they are reached, what is found missing."""
