"""The engine over HTTP, in this process."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from planted import TwoTastes
from schemathesis import Case

from backline_recommender.app import engine_app
from backline_recommender.bodies import MAX_BODY_BYTES
from backline_recommender.serving import Serving
from backline_recommender.wire import contract

NOON = "2026-11-22T12:00:00Z"


@pytest.fixture(scope="module")
def client(trained_models: Path) -> Iterator[TestClient]:
    with TestClient(engine_app(Serving(trained_models)), raise_server_exceptions=False) as client:
        yield client


def recent(planted: TwoTastes, fan: int) -> list[dict[str, Any]]:
    return [{"trackId": track, "startedAt": NOON, "msPlayed": 180_000} for track in planted.heard[fan]]


def test_a_fan_gets_unheard_tracks_of_their_taste(client: TestClient, planted: TwoTastes) -> None:
    answer = client.post("/v1/for-you", json={"recent": recent(planted, 0), "limit": 10})
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert len(items) == 10
    assert not {item["trackId"] for item in items} & set(planted.heard[0])
    assert sum(planted.taste_of[item["trackId"]] == planted.fan_taste[0] for item in items) >= 9


def test_the_same_request_has_the_same_answer(client: TestClient, planted: TwoTastes) -> None:
    body = {"recent": recent(planted, 1), "seed": 7}
    assert client.post("/v1/for-you", json=body).json() == client.post("/v1/for-you", json=body).json()


def test_another_seed_explores_elsewhere(client: TestClient, planted: TwoTastes) -> None:
    answers = [client.post("/v1/for-you", json={"recent": recent(planted, 1), "seed": seed}) for seed in range(8)]
    explored = {
        tuple(item["trackId"] for item in answer.json()["items"] if item["source"] == "explore") for answer in answers
    }
    assert len(explored) > 1


def test_status_and_health_name_the_model(client: TestClient, trained_models: Path) -> None:
    version = json.loads((trained_models / "current").read_text())["current"]
    status = client.get("/v1/status").json()
    assert status["model"]["version"] == version
    assert status["refused"] is None
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    assert client.get("/openapi.json").json() == contract()


def test_metrics_count_what_was_asked(client: TestClient) -> None:
    client.get("/v1/status")
    client.get("/somewhere/else")
    text = client.get("/metrics").text
    assert 'recommender_request_seconds_count{path="/v1/status",status="200"}' in text
    assert 'recommender_request_seconds_count{path="other",status="404"}' in text
    assert "recommender_model_tracks 96.0" in text
    assert "recommender_model_refused 0.0" in text


def test_without_a_model_it_says_so(tmp_path: Path) -> None:
    with TestClient(engine_app(Serving(tmp_path))) as client:
        for answer in (client.post("/v1/for-you", json={"recent": []}), client.get("/health/ready")):
            assert answer.status_code == 503
            assert answer.json()["type"] == "/problems/no-model"
        assert client.get("/health/live").status_code == 200
        assert client.get("/v1/status").json() == {"model": None, "refused": None}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("POST", "/v1/for-you", {}, b'{"recent":[],"limit":0}', 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b'{"recent":[],"limit":1000000000}', 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b'{"recent":[],"userId":1}', 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b"", 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b"{", 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b"\xff", 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b"[" * 200_000, 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b'{"recent":' + b"[" * 200_000, 400, "invalid-request"),
        ("POST", "/v1/for-you", {}, b'{"recent":[],"seed":1e999}', 400, "invalid-request"),
        (
            "POST",
            "/v1/for-you",
            {},
            b'{"recent":[{"trackId":1,"startedAt":"2026-02-31T10:00:00Z"}]}',
            400,
            "invalid-request",
        ),
        (
            "POST",
            "/v1/for-you",
            {},
            b'{"recent":[{"trackId":1,"startedAt":"2026-02-01T10:00:00Z","weight":NaN}]}',
            400,
            "invalid-request",
        ),
        ("POST", "/v1/for-you", {"content-type": "text/plain"}, b"{}", 415, "unsupported-media-type"),
        ("POST", "/v1/for-you", {}, b" " * (MAX_BODY_BYTES + 1), 413, "too-large"),
        ("POST", "/v1/similar", {}, b'{"trackId":999999}', 404, "unknown-track"),
        ("POST", "/v1/radio/next", {}, b'{"seedTrackId":999999}', 404, "unknown-track"),
        ("GET", "/v1/for-you", {}, b"", 405, "method-not-allowed"),
        ("GET", "/nowhere", {}, b"", 404, "not-found"),
    ],
)
def test_a_bad_request_is_answered_with_a_problem(
    client: TestClient, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    sent = {"content-type": "application/json", "x-request-id": "r-1"} | headers
    answer = client.request(method, path, content=body, headers=sent)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/problems/{code}"
    assert problem["status"] == status
    assert problem["instance"] == "r-1"
    if status == 405:
        assert answer.headers["allow"] == "POST"


def test_a_refusal_names_the_field_and_not_the_value(client: TestClient) -> None:
    answer = client.post("/v1/for-you", json={"recent": [{"trackId": -987654, "startedAt": NOON}]})
    assert answer.json()["errors"][0]["field"] == "recent[0].trackId"
    assert "987654" not in answer.text


def test_a_fan_with_a_hundred_thousand_plays_is_answered(client: TestClient, planted: TwoTastes) -> None:
    tracks = sorted(planted.taste_of)
    plays = [{"trackId": tracks[n % len(tracks)], "startedAt": NOON, "msPlayed": n} for n in range(100_000)]
    assert client.post("/v1/for-you", json={"recent": plays}).status_code == 200
    assert client.post("/v1/for-you", json={"recent": [*plays, plays[0]]}).status_code == 400


def test_unknown_ids_are_passed_over(client: TestClient, planted: TwoTastes) -> None:
    unknown = [{"trackId": 2**53 - 1, "startedAt": NOON}]
    body = {"recent": recent(planted, 0), "explore": False}
    with_unknown = {**body, "recent": body["recent"] + unknown, "exclude": [2**53 - 1]}  # type: ignore[operator]
    known = client.post("/v1/for-you", json=body).json()
    assert client.post("/v1/for-you", json=with_unknown).json() == known
    strangers = client.post("/v1/for-you", json={"recent": unknown}).json()["items"]
    assert {item["reason"]["kind"] for item in strangers} <= {"popular", "new-and-rising"}


fuzzed = Serving(Path())
schema = schemathesis.openapi.from_asgi("/openapi.json", engine_app(fuzzed))


@pytest.fixture(scope="module")
def _trained(trained_models: Path) -> None:
    fuzzed.models = trained_models
    fuzzed.refresh()


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.usefixtures("_trained")
def test_the_contract_is_kept_whatever_is_sent(case: Case[Any]) -> None:
    case.call_and_validate()
