"""What goes over the wire, field by field: nothing is taken over, or shown, that is not named here.

Models that are sent refuse unknown fields, and numbers that are no numbers; those that are shown are made from the
values of the chapters.
"""
