"""Many seeds, over several processes: each takes a few at a time, and says what they came to."""

import time
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from mailstead.security.keyfile import create_key_file

from .play import play
from .story import tell
from .tally import Tally
from .world import KEY_FILE

AT_A_TIME = 10


@contextmanager
def home() -> Iterator[Path]:
    """Yield a folder for the one file that a platform in memory needs: its key."""
    with TemporaryDirectory(prefix="mailstead-simulation-") as folder:
        create_key_file(Path(folder) / KEY_FILE)
        yield Path(folder)


def tally(seeds: range, folder: Path) -> Tally:
    """Play all *seeds* in this process."""
    begun, told = time.process_time(), Tally()
    for seed in seeds:
        told.add(play(tell(seed), folder))
    told.cpu_s = time.process_time() - begun
    return told


def many(seeds: range, processes: int) -> Generator[Tally, None, None]:
    """Play *seeds* in so many processes, and yield what each few came to. Whoever has enough closes the generator."""
    parts = (seeds[at : at + AT_A_TIME] for at in range(0, len(seeds), AT_A_TIME))
    with home() as folder, ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        running: set[Future[Tally]] = {pool.submit(tally, part, folder) for part in islice(parts, 2 * processes)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(tally, part, folder) for part in islice(parts, len(done))}
                for future in done:
                    yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)
