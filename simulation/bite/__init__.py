"""Do the tests bite? Guards of the house are taken out one by one; for each, some test must fail."""
