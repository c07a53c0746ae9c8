"""What every resolver behind the port must do."""

from mailstead.dns.port import Resolver

ACME = ("4711 13 2 " + "ab" * 32,)
GLOBEX = ("815 13 2 " + "cd" * 32,)


class ResolverContract:
    def test_it_trusts_nothing_at_first(self, resolver: Resolver) -> None:
        assert resolver.anchors() == {}

    def test_trusting_one_zone_leaves_the_others(self, resolver: Resolver) -> None:
        resolver.trust({"acme.example": ACME})
        resolver.trust({"globex.example": GLOBEX, "unsigned.example": ()})
        resolver.trust({"acme.example": ACME})
        assert resolver.anchors() == {"acme.example": ACME, "globex.example": GLOBEX, "unsigned.example": ()}

    def test_a_new_anchor_replaces_the_old_one(self, resolver: Resolver) -> None:
        resolver.trust({"acme.example": ACME})
        resolver.trust({"acme.example": GLOBEX})
        assert resolver.anchors() == {"acme.example": GLOBEX}

    def test_what_is_forgotten_is_gone_and_forgetting_twice_is_no_error(self, resolver: Resolver) -> None:
        resolver.trust({"acme.example": ACME, "globex.example": GLOBEX})
        resolver.forget(["acme.example"])
        resolver.forget(["acme.example"])
        assert resolver.anchors() == {"globex.example": GLOBEX}
