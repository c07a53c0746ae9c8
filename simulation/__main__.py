"""`python -m simulation`: play many seeds, or replay one. See README.md."""

import argparse
import os
import sys
import time

from rich.console import Console
from rich.progress import Progress

from .many import home, many
from .play import play
from .shrink import shrink
from .story import Story, tell
from .tally import Tally

VIOLATED = 3
CONSOLE = Console(highlight=False, soft_wrap=True)


def main(words: list[str] | None = None) -> int:
    """Return the exit status: 0, or 3 when anything was violated."""
    asked = _parser().parse_args(words)
    if asked.command == "replay":
        return _replay(asked.seed, whole=asked.whole)
    return _many(range(asked.start, asked.start + asked.seeds), asked.processes, asked.minutes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("simulation", description="Play stories of one seed each in a world in memory.")
    parser.add_argument("--seeds", type=int, default=2000, metavar="N", help="how many")
    parser.add_argument("--from", dest="start", type=int, default=0, metavar="S", help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="P")
    parser.add_argument("--minutes", type=float, default=0.0, metavar="M", help="begin nothing new after so long")
    commands = parser.add_subparsers(dest="command")
    replay = commands.add_parser(
        "replay", help="play one seed, print its log; a violation is cut down to its shortest story"
    )
    replay.add_argument("seed", type=int)
    replay.add_argument("--whole", action="store_true", help="do not cut it down")
    return parser


def _many(seeds: range, processes: int, minutes: float) -> int:
    begun, told = time.monotonic(), Tally()
    parts = many(seeds, processes)
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("seeds", total=len(seeds))
        for part in parts:
            told.join(part)
            progress.update(bar, advance=part.seeds)
            if minutes and time.monotonic() - begun > 60 * minutes:
                parts.close()
    CONSOLE.print(str(told), markup=False)
    CONSOLE.print(f"{'by the clock':<44} {time.monotonic() - begun:.0f} s")
    for seed in sorted(told.broken)[:1]:
        _replay(seed, whole=False)
    return VIOLATED if told.broken else 0


def _replay(seed: int, *, whole: bool) -> int:
    story = tell(seed)
    with home() as folder:
        outcome = play(story, folder)
        kind = outcome.kind
        if kind and not whole:
            story = shrink(story, lambda shorter: play(shorter, folder).kind == kind)
            outcome = play(story, folder)
    _show(story, outcome.log)
    for violation in outcome.violations:
        CONSOLE.print(f"VIOLATED {violation}", markup=False)
    CONSOLE.print(f"again: python -m simulation replay {seed}" + " --whole" * whole)
    return VIOLATED if outcome.violations else 0


def _show(story: Story, log: list[str]) -> None:
    CONSOLE.print(f"{story}\n", markup=False)
    CONSOLE.print("\n".join(log), markup=False)


if __name__ == "__main__":
    sys.exit(main())
