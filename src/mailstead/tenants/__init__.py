"""Who is served: the tenant, its mail domains, mailboxes and allowance, as wanted.

Not here: what was found in the world (each chapter asks that itself), nor how it is brought about
(lifecycle).
"""
