"""Runs the benchmarks and prints a table. Exit status 1 if a figure that has to be reached is missed."""

import argparse
import logging
import sys
import time
from pathlib import Path

from backline_recommender.benchmarks.figures import table, tally
from backline_recommender.benchmarks.hetrec import DATA_VARIABLE, FOLDER, default_data, is_there
from backline_recommender.benchmarks.studies import PARTS, figures_of
from backline_recommender.ranker_training import available_threads


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench:recommender", description=__doc__)
    parser.add_argument("--data", type=Path, default=default_data(), help=f"where {FOLDER} lies; or {DATA_VARIABLE}")
    parser.add_argument("--part", choices=sorted(PARTS), default="all")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.WARNING, stream=sys.stderr)
    if not is_there(arguments.data):
        sys.stderr.write(f"SKIPPED: the recommender's benchmarks need {FOLDER} in {arguments.data}\n")
        return 0
    started = time.perf_counter()
    figures = figures_of(arguments.part, arguments.data, available_threads())
    passed, failed = tally(figures)
    sys.stdout.write(f"{table(figures)}\n\n{time.perf_counter() - started:.0f} s\n{passed} passed, {failed} failed\n")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
