"""What Prometheus is told."""

import time
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backline_recommender.serving import Serving

SECONDS = (0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.025, 0.05, 0.1, 0.3, 1.0)


class _Models(Collector):
    """Of the model that serves at the moment of asking."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def collect(self) -> Iterator[GaugeMetricFamily]:
        model, refused = self._serving.model, self._serving.refused
        trained = 0.0 if model is None else datetime.fromisoformat(model.trained_at).timestamp()
        yield GaugeMetricFamily(
            "recommender_model_trained_seconds", "When the model was trained, 0 without one.", trained
        )
        tracks = 0 if model is None else model.tracks.size
        yield GaugeMetricFamily("recommender_model_tracks", "Tracks that the model knows.", tracks)
        yield GaugeMetricFamily("recommender_model_refused", "1 if the newest model is broken.", refused is not None)


class Observed:
    """Requests and models of one app."""

    def __init__(self, serving: Serving) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Models(serving))
        self._seconds = Histogram(
            "recommender_request_seconds",
            "From a request's head to the end of its answer.",
            ["path", "status"],
            registry=self._registry,
            buckets=SECONDS,
        )

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def observe(self, path: str, status: int, seconds: float) -> None:
        self._seconds.labels(path, status).observe(seconds)


class Timed:
    """ASGI around an app. Paths that are none of `paths` are counted as one."""

    def __init__(self, app: ASGIApp, observed: Observed, paths: frozenset[str]) -> None:
        self._app = app
        self._observed = observed
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            self._observed.observe(path, status, time.perf_counter() - started)
