"""Durable work: what was ordered, the line it stands in, the lease it acts under, the engine behind it.

Not here: what an order does (each chapter's workflow.py), and who may give one.
"""
