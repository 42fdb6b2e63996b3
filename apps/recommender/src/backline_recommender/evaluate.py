"""`evaluate`: trains on one file with the engine's own model selection, ranks for another, prints the metrics."""

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from backline_recommender.arrays import Csr, Float32
from backline_recommender.interactions import Interactions
from backline_recommender.ranker import Ranker
from backline_recommender.ranker_training import available_threads, train_ranker
from backline_recommender.ranking import measured
from backline_recommender.refused import RefusedError
from backline_recommender.selection import Chosen, choose
from backline_recommender.triples import TrainAndTest, indexed, read_triples

DEFAULT_CUTOFFS = (10, 20, 50)
CUTOFF_MAX = 10_000


def _cutoffs(text: str) -> tuple[int, ...]:
    try:
        cutoffs = tuple(dict.fromkeys(int(word) for word in text.split(",")))
    except ValueError as cause:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not numbers with commas between") from cause
    if not all(1 <= k <= CUTOFF_MAX for k in cutoffs):
        raise argparse.ArgumentTypeError(f"every cutoff is from 1 to {CUTOFF_MAX}")
    return cutoffs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True, help="lines of user, item and weight, tabs between")
    parser.add_argument("--test", type=Path, required=True, help="likewise; its weights don't count")
    parser.add_argument("--k", type=_cutoffs, default=DEFAULT_CUTOFFS, help="lengths of list, as 10,20,50")
    parser.add_argument("--verbose", action="store_true", help="say on standard error what is tried")


def described(chosen: Chosen) -> str:
    ials, ease = chosen.ials, chosen.ease
    rank = f"d={ials.dimensions}, alpha0={ials.unobserved:.3g}, reg={ials.regularisation:.3g}, nu={ials.frequency:g}"
    families = {
        f"iALS({rank})": 1 - chosen.ease_share,
        f"EASE(lambda={ease.ridge:.3g}, dropout={ease.dropout:g})": chosen.ease_share,
    }
    blended = " + ".join(f"{share:.2g} {family}" for family, share in families.items() if share > 0)
    return f"{blended} on {chosen.scale} weights"


def _with_popularity(ranker: Ranker, train: Interactions, histories: Csr) -> Float32:
    """Who has no history gets what most listen to."""
    scores = ranker.scores_of_many(histories)
    scores[np.diff(histories.indptr) == 0] = train.listeners().astype(np.float32)
    return scores


def evaluated(data: TrainAndTest, cutoffs: Sequence[int], threads: int) -> dict[str, str | int | float]:
    """What `evaluate` prints."""
    started = time.perf_counter()
    chosen = choose(data.train, threads)
    ranker = train_ranker(data.train, chosen, threads)
    tested = np.flatnonzero(np.diff(data.test.indptr) > 0)
    histories = data.train.confidences("lognorm")[tested]
    with threadpool_limits(1, "blas"):
        metrics = measured(
            lambda block: _with_popularity(ranker, data.train, block),
            histories,
            sp.csr_array(data.test[tested]),
            cutoffs,
        )
    asked = {
        name: value
        for name, value in metrics.items()
        if not name.startswith(("recall", "ndcg", "precision", "hit")) or int(name.split("@")[1]) in cutoffs
    }
    return {
        "model": described(chosen),
        "users": len(tested),
        **{name: round(value, 6) for name, value in asked.items()},
        "seconds": round(time.perf_counter() - started, 2),
    }


def run(arguments: argparse.Namespace) -> int:
    if arguments.verbose:
        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    train, test = read_triples(arguments.train), read_triples(arguments.test)
    if not any(weight > 0 for weight in train.weights):
        raise RefusedError(f"{arguments.train}: there is nothing to train on")
    if not test.users:
        raise RefusedError(f"{arguments.test}: there is nobody to rank for")
    result = evaluated(indexed(train, test), arguments.k, available_threads())
    sys.stdout.write(f"{json.dumps(result)}\n")
    return 0
