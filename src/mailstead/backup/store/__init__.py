"""The store of backups on any `Target`: chunks in packs, trees of ids, manifests; leases, collection, checks.

From the ground up: `names`, `keys`, `packs`, `grid` and `tree` are pure. `index` remembers where blobs lie; `shelf`
fetches them, `keeper` brings new ones. `epochs` and `catalogue` keep the protocol of who may do what.
`backups` is the door.
"""
