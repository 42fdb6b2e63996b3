"""What crosses the wire, as `contract.json` says; a test holds the two against each other."""

from datetime import datetime
from importlib import resources
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_SAFE = 2**53 - 1
UTC_TIME = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]00:00)$"
ONE_LINE = r"^[^\u0000-\u001f\u007f\ud800-\udfff]*$"

Id = Annotated[int, Meta(ge=1, le=MAX_SAFE)]
Count = Annotated[int, Meta(ge=0, le=MAX_SAFE)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Seed = Annotated[int, Meta(ge=0, le=MAX_SAFE)]
Time = Annotated[str, Meta(max_length=40, pattern=UTC_TIME)]
Line100 = Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE)]
Line200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Line500 = Annotated[str, Meta(min_length=1, max_length=500, pattern=ONE_LINE)]
Line1000 = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=ONE_LINE)]
Excluded = Annotated[list[Id], Meta(max_length=100_000)]

ReasonKind = Literal["because-you-played", "fans-like-you", "sounds-like", "new-and-rising", "popular"]
Source = Literal["ranker", "content", "recent", "explore"]


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Every shape on the wire is closed."""


class RecentPlay(Wire, frozen=True, kw_only=True):
    track_id: Id
    started_at: Time
    ms_played: Annotated[int, Meta(ge=0, le=86_400_000)] | UnsetType = UNSET
    weight: Annotated[float, Meta(ge=0, le=1_000)] | UnsetType = UNSET


class ForYouRequest(Wire, frozen=True, kw_only=True):
    recent: Annotated[list[RecentPlay], Meta(max_length=100_000)]
    exclude: Excluded = []
    limit: Limit = 20
    seed: Seed = 0
    explore: bool = True


class SimilarRequest(Wire, frozen=True, kw_only=True):
    track_id: Id
    exclude: Excluded = []
    limit: Limit = 20


class RadioRequest(Wire, frozen=True, kw_only=True):
    seed_track_id: Id
    played: Annotated[list[Id], Meta(max_length=10_000)] = []
    exclude: Excluded = []
    limit: Limit = 20
    seed: Seed = 0


class EngineReason(Wire, frozen=True, kw_only=True):
    kind: ReasonKind
    track_id: Id | UnsetType = UNSET


class EngineItem(Wire, frozen=True, kw_only=True):
    track_id: Id
    score: Annotated[float, Meta(ge=-(10**15), le=10**15)]
    reason: EngineReason
    source: Source
    propensity: Annotated[float, Meta(ge=0, le=1)]


class EngineModel(Wire, frozen=True, kw_only=True):
    version: Line200
    trained_at: Time


class EngineAnswer(Wire, frozen=True, kw_only=True):
    items: Annotated[list[EngineItem], Meta(max_length=100)]
    model: EngineModel


class EngineModelStatus(Wire, frozen=True, kw_only=True):
    version: Line200
    trained_at: Time
    trainer: Literal["local", "spark"]
    family: Line100
    tracks: Count
    listeners: Count
    data_through: Time | None


class RefusedModel(Wire, frozen=True, kw_only=True):
    version: Line200
    why: Line500


class EngineStatus(Wire, frozen=True, kw_only=True):
    model: EngineModelStatus | None
    refused: RefusedModel | None


class EngineLiveness(Wire, frozen=True, kw_only=True):
    status: Literal["live"]


class EngineReadiness(Wire, frozen=True, kw_only=True):
    status: Literal["ready"]


class FieldError(Wire, frozen=True, kw_only=True):
    field: Line200
    message: Line500


class Problem(Wire, frozen=True, kw_only=True, omit_defaults=True):
    type: Annotated[str, Meta(max_length=200, pattern="^(/problems/[a-z0-9-]+|about:blank)$")]
    title: Line200
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Line1000
    instance: Line200
    errors: Annotated[list[FieldError], Meta(min_length=1, max_length=100)] | UnsetType = UNSET


def contract() -> dict[str, Any]:
    """The OpenAPI document that the app and the engine share; emitted from the TypeScript schemas."""
    raw = resources.files(__package__).joinpath("contract.json").read_bytes()
    document: dict[str, Any] = msgspec.json.decode(raw)
    return document


def utc_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
