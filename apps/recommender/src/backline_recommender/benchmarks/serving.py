"""How fast the engine answers from a million tracks: an artefact is made, served by the real process, and asked.

    python -m backline_recommender.benchmarks.serving [--tracks 1000000] [--rate 100] [--seconds 20] [--folder FOLDER]

Requests leave at a constant rate whether or not earlier ones are answered, so waiting in line counts. Factors are
made up, with the spectrum and the unequal lengths of trained ones. Prints one JSON document. To reach on 2 cores:
p50 6 ms, p99 10 ms at 100 requests a second, which is for the engine alone; what asks shares the cores here.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from backline_recommender import artefacts, neighbours
from backline_recommender.arrays import Csr, Float32
from backline_recommender.artefacts import Array, Description
from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.index import FILE as INDEX_FILE
from backline_recommender.index import TrackIndex, index_bytes
from backline_recommender.model import Tracks, track_arrays
from backline_recommender.ranker import Ranker
from backline_recommender.ranker_training import available_threads
from backline_recommender.wire import utc_text

DIMENSIONS = 128
LINEAR_TRACKS = 20_000
"""EASE knows the most played; so many are exact in memory."""
LINEAR_NEIGHBOURS = 200
HISTORY = 50
SOURCES = Path(__file__).parents[2]


def made_factors(tracks: int, chance: np.random.Generator) -> Float32:
    """Tracks around some thousand centres; axis k matters as k^-0.7, in a turned basis."""
    spectrum = (np.arange(1, DIMENSIONS + 1) ** -0.7).astype(np.float32)
    centres = chance.standard_normal((2_000, DIMENSIONS), dtype=np.float32)
    factors = centres[chance.integers(len(centres), size=tracks)]
    factors += 0.7 * chance.standard_normal((tracks, DIMENSIONS), dtype=np.float32)
    factors *= spectrum * chance.lognormal(0, 0.4, (tracks, 1)).astype(np.float32)
    turned: Float32 = factors @ np.linalg.qr(chance.normal(size=(DIMENSIONS, DIMENSIONS)))[0].astype(np.float32)
    turned /= 2 * np.sqrt(np.einsum("td,td->t", turned, turned).mean())
    return turned


def made_neighbours(tracks: int, chance: np.random.Generator) -> Csr:
    known = min(tracks, LINEAR_TRACKS)
    kept = min(known, LINEAR_NEIGHBOURS)
    columns = np.sort(chance.integers(known, size=(known, kept)).astype(np.int32), axis=1)
    weights = chance.exponential(0.01, columns.size).astype(np.float32)
    pointers = np.minimum(np.arange(tracks + 1), known) * kept
    return sp.csr_array((weights, columns.ravel(), pointers), shape=(tracks, tracks))


def made_tracks(tracks: int, chance: np.random.Generator) -> Tracks:
    """Few are popular: listens fall with the rank."""
    listens = (1e5 / np.arange(1, tracks + 1)).astype(np.float32)
    return Tracks(
        ids=np.arange(1, tracks + 1),
        artist_ids=chance.integers(1, tracks // 8 + 2, tracks),
        duration_ms=np.full(tracks, 200_000),
        popularity=listens,
        recent=listens * chance.uniform(0, 0.3, tracks).astype(np.float32),
        heard=listens,
        passed=listens * np.float32(0.3),
    )


def make(models: Path, tracks: int) -> dict[str, float]:
    """Stores the model and says how long its index took, and how much of the best 200 it finds."""
    chance = np.random.default_rng(0)
    factors = made_factors(tracks, chance)
    ranker = Ranker(
        "lognorm",
        0.2,
        Ials(IalsSettings(DIMENSIONS, 0.1, 0.005), factors, gram_of(factors), tracks),
        made_neighbours(tracks, chance),
    )
    started = time.perf_counter()
    raw = index_bytes(factors, available_threads())
    seconds = time.perf_counter() - started
    now = datetime.now(UTC)
    description = Description(
        trained_at=utc_text(now),
        trainer="local",
        family="made-up",
        tracks=tracks,
        listeners=0,
        plays=0,
        data_through=None,
        settings={},
        metrics={},
    )
    of_tracks = made_tracks(tracks, chance)
    nearest: dict[str, Array] = {
        "trackIds": of_tracks.ids,
        "artistIds": of_tracks.artist_ids,
        "popularity": of_tracks.popularity,
        "offsets": np.zeros(tracks + 1),
        "neighbours": np.zeros(0),
        "weights": np.zeros(0),
    }
    arrays = track_arrays(of_tracks) | ranker.to_arrays()
    version = artefacts.write(
        models,
        description,
        arrays,
        {INDEX_FILE: raw, neighbours.FILE: neighbours.to_bytes(utc_text(now), nearest)},
        now,
    )
    artefacts.activate(models, version)
    return {"index_seconds": round(seconds, 1), "recall@200": round(recall(factors, raw, chance), 4)}


def recall(factors: Float32, raw: bytes, chance: np.random.Generator) -> float:
    """Of the exact best 200 for listeners who like five tracks."""
    index = TrackIndex.of(raw, *factors.shape)
    found = 0
    for _ in range(50):
        listener = factors[chance.integers(len(factors), size=5)].sum(axis=0)
        scores = factors @ listener
        best = np.argpartition(-scores, 200)[:200]
        found += len(np.intersect1d(best, index.nearest(listener, 400)))
    return found / (50 * 200)


@contextmanager
def engine(models: Path) -> Iterator[tuple[int, int]]:
    """Its port and its process id."""
    with subprocess.Popen(  # noqa: S603 our own program
        [sys.executable, "-m", "backline_recommender", "serve", "--models", str(models), "--log-level", "warning"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
    ) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("the engine says nothing")
            listening = json.loads(process.stdout.readline())["listening"]
            yield int(listening.rsplit(":", 1)[1]), process.pid
        finally:
            process.terminate()


def bodies(tracks: int, count: int) -> list[bytes]:
    """Listeners of HISTORY tracks, most of them among the popular ones."""
    chance = np.random.default_rng(1)
    made = []
    for seed in range(count):
        popular = chance.integers(1, min(tracks, LINEAR_TRACKS) + 1, HISTORY * 4 // 5)
        played = np.unique(np.concatenate([popular, chance.integers(1, tracks + 1, HISTORY // 5)]))
        recent = [{"trackId": int(track), "startedAt": "2026-11-22T12:00:00Z", "msPlayed": 180_000} for track in played]
        made.append(json.dumps({"recent": recent, "limit": 20, "seed": seed}).encode())
    return made


REQUEST_HEAD = b"POST /v1/for-you HTTP/1.1\r\nhost: e\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


class Connection:
    """HTTP/1.1 kept alive, as the app's pool does it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """One that is free and that the engine has not closed for being idle, or another."""
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def ask(self, body: bytes) -> None:
        reader, writer = await self._connected()
        writer.write(REQUEST_HEAD % len(body) + body)
        answered = await reader.readuntil(b"\r\n\r\n")
        if not answered.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answered.decode())
        length = next(line for line in answered.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        self._free.append((reader, writer))


async def latencies(port: int, made: list[bytes], rate: float, seconds: float) -> list[float]:
    """In ms, from when each request was due."""
    connection = Connection(port)
    taken: list[float] = []
    start = time.perf_counter() + 0.1

    async def one(number: int) -> None:
        due = start + number / rate
        await asyncio.sleep(due - time.perf_counter())
        await connection.ask(made[number % len(made)])
        taken.append((time.perf_counter() - due) * 1e3)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    return taken


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(models: Path, tracks: int, rate: float, seconds: float) -> dict[str, float]:
    made = bodies(tracks, 500)
    with engine(models) as (port, pid):
        asyncio.run(latencies(port, made, rate, 3))
        before = cpu_seconds(pid)
        taken = asyncio.run(latencies(port, made, rate, seconds))
        spent = cpu_seconds(pid) - before
    p50, p90, p99 = np.percentile(taken, [50, 90, 99]).round(2).tolist()
    return {
        "requests": len(taken),
        "p50_ms": p50,
        "p90_ms": p90,
        "p99_ms": p99,
        "engine_cpu_ms_a_request": round(spent * 1e3 / len(taken), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--folder", type=Path, help="where the model is made and found again; otherwise it is removed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        models = asked.folder or Path(temporary)
        made: dict[str, Any] = {} if artefacts.read_pointer(models) else make(models, asked.tracks)
        result = measured(models, asked.tracks, asked.rate, asked.seconds)
    sys.stdout.write(json.dumps({"tracks": asked.tracks, "dimensions": DIMENSIONS} | made | result) + "\n")


if __name__ == "__main__":
    main()
