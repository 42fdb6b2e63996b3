"""Spark's ALS beside the engine's own choice of models, on HetRec Last.fm-2k, both through their artefacts.

    python benchmarks/spark.py FOLDER

FOLDER holds `user_artists.dat`. A tenth of every listener's artists is held out by chance, all others are ranked.
Needs the spark extra and Java 17. Prints one JSON document. To reach: 90 % of the local NDCG@10 by rank 64.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from backline_recommender import artefacts
from backline_recommender.artefacts import Description
from backline_recommender.holdout import Split, split
from backline_recommender.interactions import Interactions, interactions
from backline_recommender.ranker import Ranker
from backline_recommender.ranker_training import available_threads, train_ranker
from backline_recommender.ranking import measured
from backline_recommender.selection import choose
from backline_recommender.spark import als_factors, als_model, als_ranker, spark_session
from backline_recommender.wire import utc_text

CUTOFF = 10


def hetrec(folder: Path) -> Interactions:
    rows = np.loadtxt(folder / "user_artists.dat", skiprows=1, dtype=np.int64)
    users, listeners = np.unique(rows[:, 0], return_inverse=True)
    artists, items = np.unique(rows[:, 1], return_inverse=True)
    plays = rows[:, 2].astype(np.float32)
    return interactions(listeners, items, plays, np.ones_like(plays), (len(users), len(artists)))


def by_spark(fit: Interactions) -> Ranker:
    entries = fit.confidences("lognorm").tocoo()
    table = pa.table(
        {"id": entries.row.astype(np.int32), "row": entries.col.astype(np.int32), "confidence": entries.data}
    )
    with spark_session() as session:
        return als_ranker(als_model(als_factors(session.createDataFrame(table), fit.item_count)))


def by_this_machine(fit: Interactions) -> Ranker:
    threads = available_threads()
    return train_ranker(fit, choose(fit, threads), threads)


def stored(models: Path, name: str, ranker: Ranker) -> Ranker:
    """As the engine would read it back."""
    now = datetime.now(UTC)
    description = Description(
        trained_at=utc_text(now),
        trainer=name,
        family=name,
        tracks=ranker.item_count,
        listeners=0,
        plays=0,
        data_through=None,
        settings={},
        metrics={},
    )
    version = artefacts.write(models, description, ranker.to_arrays(), {}, now)
    return Ranker.from_arrays(artefacts.read(models, version).arrays)


def result(name: str, train: Callable[[Interactions], Ranker], held_out: Split, models: Path) -> dict[str, float]:
    started = time.perf_counter()
    ranker = stored(models, name, train(held_out.fit))
    seconds = time.perf_counter() - started
    metrics = measured(ranker.scores_of_many, held_out.histories("lognorm"), held_out.held, [CUTOFF])
    return {name: round(value, 4) for name, value in metrics.items()} | {"seconds": round(seconds, 1)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    source = hetrec(parser.parse_args().folder)
    held_out = split(source, source.user_count)
    with tempfile.TemporaryDirectory() as models:
        spark = result("spark", by_spark, held_out, Path(models))
        local = result("local", by_this_machine, held_out, Path(models))
    ratio = round(spark[f"ndcg@{CUTOFF}"] / local[f"ndcg@{CUTOFF}"], 4)
    sys.stdout.write(json.dumps({"spark": spark, "local": local, "ratio": ratio}) + "\n")


if __name__ == "__main__":
    main()
