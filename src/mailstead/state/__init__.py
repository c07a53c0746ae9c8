"""The database: one address, transactions, migrations. Chapters keep their tables in their `store.py`."""
