"""The mail server inside a tenant's machine: what it shall serve, what it serves, and the way between the two.

`model.MailHost` is the whole wanted configuration, `rendering/` turns it into files (pure), `plan.compare_mail`
holds it against a `MailState`, and a `MailServer` driver observes and applies. Not here: how a machine is reached
(guests), where names point (dns), who issues certificates (certificates).
"""
