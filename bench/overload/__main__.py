"""`make -s bench NAME=overload ARGS='…'`: an evening with far more people than can be answered. See bench/README.md.

Prints what it does on standard error and one JSON object as the last line of standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.overload import waiting
from bench.overload.profile import SEKASIN, BadProfile, Profile, cut, read
from bench.overload.replay import Replay, replay

DATABASES: Final = ("sqlite", "postgresql")
SPEED: Final = 60.0
SECONDS: Final = 20.0  # of a moving queue, for each length of it
QUICK_SECONDS: Final = 5.0
QUICK_SPEED: Final = 240.0  # of a part of the evening


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    try:
        profile = SEKASIN if options.profile is None else read(options.profile)
    except BadProfile as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    answer: dict[str, Any] = {"bench": "overload", "db": options.db}
    if options.waiting:
        seconds = QUICK_SECONDS if options.quick else SECONDS
        answer |= waiting.measure(options.waiting, options.db, seconds=seconds)
    else:
        answer |= {"profile": profile.name or str(options.profile)} | evening(profile, options)
    answer["processors"] = len(os.sched_getaffinity(0))
    print(json.dumps(answer), flush=True)
    return 0


def evening(profile: Profile, options: argparse.Namespace) -> dict[str, Any]:
    if options.quick:
        profile = cut(profile, begin=profile.minutes // 3, minutes=min(40, profile.minutes), share=0.25)
    how = Replay(options.db, options.speed or (QUICK_SPEED if options.quick else SPEED), options.seed)
    say(f"{profile.minutes} minutes at {how.speed:.0f} times their speed")
    figures, _ = replay(profile, how)
    return figures


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench NAME=overload", description=__doc__)
    parser.add_argument("--profile", type=Path, help="another evening, as JSON (bench/README.md describes it)")
    parser.add_argument("--waiting", type=int, metavar="N", help="N people wait while the queue moves")
    parser.add_argument("--db", choices=DATABASES, default="sqlite", help="the database (sqlite)")
    parser.add_argument("--speed", type=float, help=f"how many times faster than the wall's clock ({SPEED:.0f})")
    parser.add_argument("--seed", type=int, default=7, help="of chance (7)")
    parser.add_argument("--quick", action="store_true", help="a part of the evening, at most 40 s")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
