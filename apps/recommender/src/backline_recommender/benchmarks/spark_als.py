"""Spark's ALS beside the model of this machine, on protocol A, both read back from artefacts.

    python -m backline_recommender.benchmarks.spark_als [--data FOLDER]

Needs the spark extra and Java 17.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from backline_recommender import artefacts
from backline_recommender.artefacts import Description
from backline_recommender.benchmarks.figures import Figure, table
from backline_recommender.benchmarks.hetrec import default_data, load
from backline_recommender.benchmarks.protocol_a import SETTLED, metrics, parts
from backline_recommender.interactions import Interactions
from backline_recommender.ranker import Ranker
from backline_recommender.ranker_training import available_threads, train_ranker
from backline_recommender.spark import als_factors, als_model, als_ranker, spark_session
from backline_recommender.wire import utc_text

STUDY = "Spark"
NDCG_LEAST = 0.9
"""Of that of this machine."""


def _by_spark(train: Interactions) -> Ranker:
    entries = train.confidences("lognorm").tocoo()
    users, items = entries.coords
    table = pa.table({"id": users.astype(np.int32), "row": items.astype(np.int32), "confidence": entries.data})
    with spark_session() as session:
        return als_ranker(als_model(als_factors(session.createDataFrame(table), train.item_count)))


def _stored(models: Path, name: str, ranker: Ranker) -> Ranker:
    """As the engine would read it."""
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


def spark_als(data: Path, models: Path) -> list[Figure]:
    of = parts(load(data), 0)
    by_spark = metrics(_stored(models, "spark", _by_spark(of.train)).scores_of_many, of)
    local = train_ranker(of.train, SETTLED, available_threads())
    by_this_machine = metrics(_stored(models, "local", local).scores_of_many, of)
    share = by_spark["ndcg@10"] / by_this_machine["ndcg@10"]
    return [
        Figure(STUDY, "recall@10", by_spark["recall@10"]),
        Figure(STUDY, "ndcg@10", by_spark["ndcg@10"]),
        Figure(STUDY, "ndcg@10 of this machine", by_this_machine["ndcg@10"]),
        Figure(STUDY, "part of it", share, least=NDCG_LEAST),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=default_data())
    with tempfile.TemporaryDirectory() as models:
        figures = spark_als(parser.parse_args().data, Path(models))
    sys.stdout.write(table(figures) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
