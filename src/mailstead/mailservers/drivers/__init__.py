"""Drivers of the mail server port."""
