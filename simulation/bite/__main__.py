"""python -m simulation.bite [NAME…]: take guards out one by one; exit 3 if no test notices one.

NAME is part of a mutation's name; without any, all are tried.
"""

import sys
import tempfile
from pathlib import Path

from .mutations import MUTATIONS, Mutation
from .running import Bite, bite

SURVIVED = 3


def main(names: list[str]) -> int:
    """Try the mutations that *names* choose and print what became of each."""
    bites = [_told(mutation) for mutation in MUTATIONS if not names or any(name in mutation.name for name in names)]
    left = [bitten for bitten in bites if bitten.trouble]
    print(f"{len(bites)} mutations, {len(bites) - len(left)} noticed, {len(left)} not")
    return SURVIVED if left or not bites else 0


def _told(mutation: Mutation) -> Bite:
    with tempfile.TemporaryDirectory(prefix="bite-") as folder:
        bitten = bite(mutation, Path(folder))
    print(f"{mutation.name:70} {bitten.seconds:5.0f} s  {bitten.killer or bitten.trouble}", flush=True)
    return bitten


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
