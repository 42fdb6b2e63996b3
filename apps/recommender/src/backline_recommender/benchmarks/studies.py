"""Which studies there are, and which of them are quick enough for every change."""

from collections.abc import Callable, Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from backline_recommender.benchmarks import cold_start, exposure, poisoning, protocol_a, protocol_b
from backline_recommender.benchmarks.figures import Figure
from backline_recommender.benchmarks.hetrec import load, load_fold

Study = Callable[[Path, int], list[Figure]]
"""The data's folder and how many threads to use."""

QUICK: Sequence[Study] = (
    lambda data, _: protocol_b.known_answer(load_fold(data, 0)),
    lambda data, threads: protocol_a.sanity(load(data), threads),
    lambda data, threads: cold_start.cold_items(load(data), threads),
    lambda data, threads: cold_start.cold_fans(load(data), threads),
    lambda data, threads: exposure.exposure(load(data), threads),
    lambda data, threads: poisoning.poisoning(load(data), threads, targets=2),
)
THOROUGH: Sequence[Study] = (
    lambda data, threads: protocol_a.selected(load(data), threads, seeds=3),
    lambda data, threads: protocol_b.selected(load_fold(data, 0), threads),
    lambda data, threads: poisoning.poisoning(load(data), threads, targets=5),
)
PARTS: dict[str, Sequence[Study]] = {"ci": QUICK, "all": (*QUICK[:-1], *THOROUGH)}


def figures_of(part: str, data: Path, threads: int) -> list[Figure]:
    with threadpool_limits(1, "blas"):
        return [figure for study in PARTS[part] for figure in study(data, threads)]
