"""The Python shapes are those of the contract that TypeScript emits."""

from typing import Any

import msgspec
import pytest

from backline_recommender import wire

SHAPES = [
    wire.ForYouRequest,
    wire.SimilarRequest,
    wire.RadioRequest,
    wire.EngineAnswer,
    wire.EngineStatus,
    wire.EngineLiveness,
    wire.EngineReadiness,
    wire.Problem,
]
WORDS = {"description", "examples", "title", "default", "format"}


def plain(schema: Any) -> Any:
    """The schema without words, and with one way to say the same."""
    if isinstance(schema, list):
        return [plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "properties" in schema:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": sorted(schema.get("required", [])),
            "properties": {name: plain(inner) for name, inner in schema["properties"].items()},
        }
    kept = {key: plain(inner) for key, inner in schema.items() if key not in WORDS}
    if "const" in kept:
        kept = {"enum": [kept["const"]]}
    if "enum" in kept:
        kept = {"type": "string", "enum": sorted(kept["enum"])}
    if kept.get("minItems") == 0:
        del kept["minItems"]
    if "anyOf" in kept:
        kept["anyOf"] = sorted(kept["anyOf"], key=str)
    return kept


def test_every_shape_is_the_contracts() -> None:
    _, python = msgspec.json.schema_components(SHAPES, ref_template="#/components/schemas/{name}")
    assert plain(python) == plain(wire.contract()["components"]["schemas"])


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"recent":[],"limit":0}', "$.limit"),
        (b'{"recent":[],"limit":1000000000}', "$.limit"),
        (b'{"recent":[],"limit":101}', "$.limit"),
        (b'{"recent":[{"trackId":0,"startedAt":"2026-11-01T10:00:00Z"}]}', "$.recent[0].trackId"),
        (b'{"recent":[{"trackId":1,"startedAt":"2026-11-01T10:00:00+02:00"}]}', "$.recent[0].startedAt"),
        (b'{"recent":[{"trackId":1,"startedAt":"2026-11-01T10:00:00Z","weight":-1}]}', "$.recent[0].weight"),
        (b'{"recent":[{"trackId":1,"startedAt":"2026-11-01T10:00:00Z","weight":NaN}]}', "JSON"),
        (b'{"recent":[],"exclude":[9007199254740992]}', "$.exclude[0]"),
        (b'{"recent":[],"userId":1}', "userId"),
    ],
)
def test_what_the_contract_refuses_is_refused_by_its_place(body: bytes, place: str) -> None:
    with pytest.raises(msgspec.MsgspecError) as refused:
        msgspec.json.decode(body, type=wire.ForYouRequest)
    assert place in str(refused.value)
