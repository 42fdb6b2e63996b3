"""Training on Spark: the same export, the same sums, MLlib's implicit ALS, the same artefact. An extra of the package.

MLlib minimises Σ over all pairs (1 + α·c)·(p − u·v)² + λ Σ plays·‖·‖², with p = 1 and c the confidence where there
is a play, and 0 elsewhere. Divided by α that is Rendle's objective with α₀ = 1/α, regularised by λ/α for each play.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from pyspark.errors import PySparkException
from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame, SparkSession

from backline_recommender.arrays import Csr, Float32, Float64
from backline_recommender.catalogue import Catalogue
from backline_recommender.cold_items import Content, with_content
from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.parquet import ExportError, check_file
from backline_recommender.plays import (
    ALLOWED_AHEAD_SECONDS,
    MAX_PLAYS_A_DAY,
    MIN_COMPLETION,
    MIN_MS,
    RECENT_HALF_LIFE_DAYS,
    TASTE_HALF_LIFE_DAYS,
    PlayCounts,
    TrackSums,
    erased_listeners,
    files_by_day,
)
from backline_recommender.ranker import Ranker
from backline_recommender.training import Learnt

RANK = 64
EPOCHS = 10
ALPHA = 5.0
LAMBDA = 0.1
"""With ALPHA, the best of a grid on a validation split of HetRec Last.fm-2k."""
SEED = 42
MASTER = "local[*]"
"""Unless BACKLINE_SPARK_MASTER says otherwise."""

_PLAYS = "listener string, track_id bigint, artist_id bigint, started_at timestamp, ms_played int, trust float"

_SEEN = """
    select p.listener, t.row, p.ms_played as ms, cast(p.trust as double) as trust, t.duration,
           unix_micros(p.started_at) div 86400000000 as day, unix_micros(p.started_at) as started_us,
           p.trust >= 0 and p.trust <= 1 and p.ms_played >= 0
             and unix_micros(p.started_at) between 0 and :latest_us as sound,
           least(1.0d, p.ms_played / if(t.duration > 0, t.duration, :min_ms)) as completion,
           e.listener is not null as erased
    from plays p left join catalogue t on p.track_id = t.track_id left join erased e on p.listener = e.listener
    where p.listener is not null and p.track_id is not null and p.started_at is not null
      and p.ms_played is not null and p.trust is not null
"""
_USED = """
    select *, if((ms >= :min_ms or (duration > 0 and ms >= duration)) and completion >= :min_completion,
                 completion, 0.0d) as value
    from seen where sound and row is not null and not erased and trust > 0
"""
_DAILY = """
    select listener, row, day, least(sum(value), :max_plays_a_day) as of_day,
           sum(value * trust) / sum(value) as believed, greatest(0.0d, :as_of_days - (day + 0.5d)) as age
    from used where value > 0 group by listener, row, day
"""
_PAIRS = """
    select listener, row, sum(of_day * power(0.5d, age / :taste_half_life)) as strength,
           sum(of_day * believed) / sum(of_day) as trust
    from daily group by listener, row
"""
_CONFIDENCES = """
    select id, row, cast(trust * log1p(strength) / avg(log1p(strength)) over (partition by id) as float) as confidence
    from pairs join (select listener, cast(row_number() over (order by listener) - 1 as int) as id
                     from (select distinct listener from pairs)) using (listener)
"""
_LISTENERS = "select row, sum(trust) as listeners from pairs group by row"
_LISTENS = """
    select row, sum(believed * least(1.0d, of_day) * power(0.5d, age / :taste_half_life)) as popularity,
           sum(believed * least(1.0d, of_day) * power(0.5d, age / :recent_half_life)) as recent
    from daily group by row
"""
_RECEPTION = """
    select row, sum(trust * value) as heard, sum(trust * (1.0d - value)) as passed from used group by row
"""
_COUNTS = """
    select (select count(distinct listener) from daily) as listeners, (select count(*) from used) as plays,
           (select max(started_us) from used) as newest_us,
           (select count(*) from seen where not (sound and row is not null)) as passed_over
"""
_RULES = {
    "min_ms": MIN_MS,
    "min_completion": MIN_COMPLETION,
    "max_plays_a_day": float(MAX_PLAYS_A_DAY),
    "taste_half_life": TASTE_HALF_LIFE_DAYS,
    "recent_half_life": RECENT_HALF_LIFE_DAYS,
}


@contextmanager
def spark_session() -> Iterator[SparkSession]:
    """Stopped at the end. In UTC, as the export is."""
    session = (
        SparkSession.builder.appName("backline-recommender")
        .master(os.environ.get("BACKLINE_SPARK_MASTER", MASTER))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


class Plays:
    """The export as tables of Spark."""

    def __init__(self, session: SparkSession, export: Path, catalogue: Catalogue, as_of: datetime) -> None:
        files = [path for day in files_by_day(export) for path in day]
        for path in files:
            check_file(path, "plays")
        self._session = session
        self._size = catalogue.size
        plays = session.read.schema(_PLAYS).parquet(*map(str, files)) if files else session.createDataFrame([], _PLAYS)
        self._args = _RULES | {
            "latest_us": int(as_of.timestamp() * 1e6) + ALLOWED_AHEAD_SECONDS * 1_000_000,
            "as_of_days": as_of.timestamp() / 86_400,
        }
        plays.createOrReplaceTempView("plays")
        session.createDataFrame(_catalogue_table(catalogue)).createOrReplaceTempView("catalogue")
        session.createDataFrame(_erased_table(export)).createOrReplaceTempView("erased")
        self._asked(_SEEN).createOrReplaceTempView("seen")
        self._asked(_USED).cache().createOrReplaceTempView("used")
        self._asked(_DAILY).cache().createOrReplaceTempView("daily")
        self._asked(_PAIRS).createOrReplaceTempView("pairs")

    def _asked(self, query: str) -> DataFrame:
        return self._session.sql(query, args=self._args)

    def confidences(self) -> DataFrame:
        """`id` of the listener, `row` of the track, `confidence`: those of `Interactions.confidences("lognorm")`."""
        return self._asked(_CONFIDENCES).where("confidence > 0")

    def _by_row(self, query: str) -> dict[str, Float32]:
        table = self._asked(query).toArrow()
        rows = np.asarray(table["row"].to_numpy(), dtype=np.int64)
        arrays = {}
        for name in table.column_names[1:]:
            arrays[name] = np.zeros(self._size, dtype=np.float32)
            arrays[name][rows] = table[name].to_numpy()
        return arrays

    def listeners(self) -> Float64:
        """[tracks] Trusted ones."""
        return self._by_row(_LISTENERS)["listeners"].astype(np.float64)

    def sums(self) -> TrackSums:
        return TrackSums(**self._by_row(_LISTENS), **self._by_row(_RECEPTION))

    def counts(self) -> PlayCounts:
        counted = self._asked(_COUNTS).collect()[0]
        newest = counted["newest_us"]
        return PlayCounts(
            listeners=counted["listeners"],
            plays=counted["plays"],
            passed_over=counted["passed_over"],
            data_through=None if newest is None else datetime.fromtimestamp(newest / 1e6, UTC),
        )


def _erased_table(export: Path) -> pa.Table:
    return pa.table({"listener": pa.array(sorted(erased_listeners(export)), pa.string())})


def _catalogue_table(catalogue: Catalogue) -> pa.Table:
    return pa.table(
        {
            "track_id": catalogue.track_ids,
            "row": np.arange(catalogue.size, dtype=np.int32),
            "duration": catalogue.duration_ms,
        }
    )


def als_factors(confidences: DataFrame, tracks: int) -> Float32:
    """[tracks, RANK] Zeros for tracks that nobody played."""
    factors = np.zeros((tracks, RANK), dtype=np.float32)
    if confidences.isEmpty():
        return factors
    als = ALS(
        rank=RANK,
        maxIter=EPOCHS,
        regParam=LAMBDA,
        alpha=ALPHA,
        implicitPrefs=True,
        userCol="id",
        itemCol="row",
        ratingCol="confidence",
        seed=SEED,
    )
    table = als.fit(confidences).itemFactors.toArrow()
    rows = np.asarray(table["id"].to_numpy(), dtype=np.int64)
    factors[rows] = np.asarray(table["features"].combine_chunks().values.to_numpy()).reshape(len(rows), RANK)
    return factors


def als_model(factors: Float32) -> Ials:
    """Folds listeners in as MLlib solves for them; regularisation is by their plays alone, hence no trained items."""
    settings = IalsSettings(RANK, unobserved=1 / ALPHA, regularisation=LAMBDA / ALPHA, frequency=1.0, epochs=EPOCHS)
    return Ials(settings, factors, gram_of(factors), trained_items=0)


def als_ranker(model: Ials) -> Ranker:
    count = len(model.factors)
    nothing = (np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(count + 1, np.int64))
    neighbours: Csr = sp.csr_array(nothing, shape=(count, count))
    return Ranker("lognorm", 0.0, model, neighbours)


def train_with_spark(export: Path, catalogue: Catalogue, content: Content, as_of: datetime) -> Learnt:
    try:
        with spark_session() as session:
            plays = Plays(session, export, catalogue, as_of)
            model = als_model(als_factors(plays.confidences(), catalogue.size))
            return Learnt(
                ranker=als_ranker(with_content(model, plays.listeners(), content)),
                sums=plays.sums(),
                counts=plays.counts(),
                trainer="spark",
                family="als",
                settings={"rank": RANK, "epochs": EPOCHS, "alpha": ALPHA, "lambda": LAMBDA},
                metrics={},
            )
    except PySparkException as cause:
        raise ExportError(f"{export}: Spark can't read it: {str(cause).splitlines()[0]}") from cause
