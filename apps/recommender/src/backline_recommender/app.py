"""The engine over HTTP. Shapes, statuses and paths are those of `contract.json`, which is also its OpenAPI document."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException

from backline_recommender import wire
from backline_recommender.bodies import reader
from backline_recommender.history import NoSuchTimeError
from backline_recommender.model import Model
from backline_recommender.observed import Observed, Timed
from backline_recommender.problems import ProblemError, invalid, problem_response
from backline_recommender.radio import radio_next
from backline_recommender.recommend import UnknownTrackError, for_you, similar
from backline_recommender.serving import Serving, keep_fresh

log = logging.getLogger(__name__)

_encoder = msgspec.json.Encoder()


def _json(content: msgspec.Struct) -> Response:
    return Response(_encoder.encode(content), media_type="application/json")


def _model(serving: Serving) -> Model:
    if serving.model is None:
        raise ProblemError(
            503, "no-model", "No model yet", "Nothing was trained, or nothing that was trained is whole."
        )
    return serving.model


def _answer(serving: Serving, answer: Callable[[Model], wire.EngineAnswer]) -> Response:
    try:
        return _json(answer(_model(serving)))
    except NoSuchTimeError as cause:
        field = wire.FieldError(field=f"recent[{cause.place}].startedAt", message="must be a time that exists")
        raise invalid(f"{field.field} was refused.", field) from cause
    except UnknownTrackError as cause:
        raise ProblemError(404, "unknown-track", "Unknown track", "The model has not heard of this track.") from cause


def _add_recommendations(app: FastAPI, serving: Serving) -> None:
    read_for_you = reader(wire.ForYouRequest)
    read_similar = reader(wire.SimilarRequest)
    read_radio = reader(wire.RadioRequest)

    @app.post("/v1/for-you")
    async def answer_for_you(request: Request) -> Response:
        asked = await read_for_you(request)
        return _answer(serving, lambda model: for_you(model, asked))

    @app.post("/v1/similar")
    async def answer_similar(request: Request) -> Response:
        asked = await read_similar(request)
        return _answer(serving, lambda model: similar(model, asked))

    @app.post("/v1/radio/next")
    async def answer_radio_next(request: Request) -> Response:
        asked = await read_radio(request)
        return _answer(serving, lambda model: radio_next(model, asked))


def _add_operations(app: FastAPI, serving: Serving, observed: Observed) -> None:
    @app.get("/v1/status")
    async def answer_status() -> Response:
        model = None if serving.model is None else serving.model.status
        return _json(wire.EngineStatus(model=model, refused=serving.refused))

    @app.get("/metrics")
    async def answer_metrics() -> Response:
        return Response(observed.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @app.get("/health/live")
    async def answer_liveness() -> Response:
        return _json(wire.EngineLiveness(status="live"))

    @app.get("/health/ready")
    async def answer_readiness() -> Response:
        _model(serving)
        return _json(wire.EngineReadiness(status="ready"))


_PHRASES = {404: ("not-found", "No such path"), 405: ("method-not-allowed", "Not by this method")}


def _add_problems(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def on_refused(request: Request, refused: ProblemError) -> Response:
        return problem_response(request, refused)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, cause: HTTPException) -> Response:
        code, title = _PHRASES.get(cause.status_code, ("refused", "ProblemError"))
        refused = ProblemError(cause.status_code, code, title, f"{title}.")
        return problem_response(request, refused, dict(cause.headers or {}))

    @app.exception_handler(Exception)
    async def on_bug(request: Request, cause: Exception) -> Response:
        log.error("a bug: %s %s", request.method, request.url.path, exc_info=cause)
        return problem_response(request, ProblemError(500, "internal", "A bug of the engine", "It was logged."))


def engine_app(serving: Serving, refresh_seconds: float = 1.0) -> FastAPI:
    """The ASGI app. `serving` is looked after from startup to shutdown."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(serving.refresh)
        freshness = asyncio.create_task(keep_fresh(serving, refresh_seconds))
        yield
        freshness.cancel()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/openapi.json")

    def contract() -> dict[str, Any]:
        return wire.contract()

    observed = Observed(serving)
    app.openapi = contract  # type: ignore[method-assign]
    _add_recommendations(app, serving)
    _add_operations(app, serving, observed)
    _add_problems(app)
    app.add_middleware(Timed, observed=observed, paths=frozenset(wire.contract()["paths"]))
    return app
