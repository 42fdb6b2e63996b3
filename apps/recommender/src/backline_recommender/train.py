"""`train`: from the platform's export to a model that serves. Prints one JSON document."""

import argparse
import importlib.util
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from backline_recommender.local import train_locally
from backline_recommender.refused import RefusedError
from backline_recommender.training import Trainer, train
from backline_recommender.wire import utc_text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--export", type=Path, required=True, help="folder of the platform's export")
    parser.add_argument("--models", type=Path, required=True, help="folder of the models")
    parser.add_argument("--backend", choices=["local", "spark"], default="local")
    parser.add_argument("--as-of", type=_moment, help="the time that ages are counted to; now unless given")


def _trainer(backend: str) -> Trainer:
    """Only the one that is asked for is imported: Spark is an extra of the package."""
    if backend == "local":
        return train_locally
    if importlib.util.find_spec("pyspark") is None:
        raise RefusedError("--backend spark needs pyspark: node apps/recommender/run.mjs --extra spark --prepare")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise RefusedError("--backend spark needs Java 17 or newer on PATH or in JAVA_HOME")
    from backline_recommender.spark import train_with_spark

    return train_with_spark


def run(arguments: argparse.Namespace) -> int:
    """Raises RefusedError where the export is of no use."""
    now = arguments.as_of or datetime.now(UTC)
    trained = train(arguments.export, arguments.models, _trainer(arguments.backend), now)
    said = trained.description
    document = {
        "version": trained.version,
        "trainedAt": utc_text(now),
        "trainer": said.trainer,
        "family": said.family,
        "tracks": said.tracks,
        "listeners": said.listeners,
        "plays": said.plays,
        "metrics": said.metrics,
    }
    sys.stdout.write(json.dumps(document) + "\n")
    return 0
