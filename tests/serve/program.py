"""`mailstead` as a process of its own, on the ports of a world in the process of the test."""

import sys
from pathlib import Path

from mailstead.cli import main
from tests.kills.far import Far, Wire, address_in
from tests.kills.worker import use

if __name__ == "__main__":
    wire = Wire(address_in(Path(sys.argv[sys.argv.index("--home") + 1])))
    use(lambda name: Far(wire, name))
    main()
