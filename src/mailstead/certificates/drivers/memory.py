"""An issuer for trial runs: a real authority that lives as long as the process."""

from mailstead.ground.clock import Clock

from .ca import BuiltInAuthority, new_authority


class MemoryIssuer:
    """Issues at once; `issued` remembers for whom."""

    def __init__(self, clock: Clock) -> None:
        authority = new_authority("trial", clock.now())
        self.root = authority.root
        self.issued: list[tuple[str, ...]] = []
        self._authority = BuiltInAuthority(authority.issuing, lambda: authority.issuing_key, clock)

    def issue(self, names: tuple[str, ...], csr_pem: str) -> str:
        chain = self._authority.issue(names, csr_pem)
        self.issued.append(names)
        return chain
