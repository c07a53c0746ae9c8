"""Name servers and resolvers: in memory, by RFC 2136, Knot DNS, BIND 9, Unbound."""
