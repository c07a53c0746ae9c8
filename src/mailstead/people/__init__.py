"""People who use the platform: who they are, how they prove it, what they may do.

Mailbox passwords are elsewhere (`security/passwords.py` makes them, the guest keeps them).
"""
