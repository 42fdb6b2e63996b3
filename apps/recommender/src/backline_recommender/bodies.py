"""Request bodies: JSON of bounded size, decoded straight into the shapes of the contract."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from fastapi import Request

from backline_recommender import wire
from backline_recommender.problems import ProblemError, invalid, one_line

MAX_BODY_BYTES = 24 * 1024 * 1024
"""100,000 plays and as many exclusions, with room for spaces."""

_REFUSED_AT = re.compile(r"(?P<message>.*) - at `(?P<place>[^`]*)`", re.DOTALL)

WHOLE_AS_FLOAT = "Expected `int`, got `float`"

Shape = TypeVar("Shape")


async def _read(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise ProblemError(415, "unsupported-media-type", "Not of a media type that is taken", "Send application/json.")
    chunks: list[bytes] = []
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > MAX_BODY_BYTES:
            raise ProblemError(413, "too-large", "The body is too large", f"At most {MAX_BODY_BYTES} bytes are taken.")
        chunks.append(chunk)
    return b"".join(chunks)


def _refusal(cause: Exception) -> ProblemError:
    """Names the field, never the value that was sent."""
    found = _REFUSED_AT.fullmatch(str(cause))
    if found is None:
        return invalid(f"The body was refused: {cause}")
    place = one_line(found["place"].removeprefix("$").removeprefix(".") or "body", 200)
    return invalid(f"{place} was refused.", wire.FieldError(field=place, message=one_line(found["message"], 500)))


def _whole(number: str) -> int | float:
    """JSON has one kind of number: 2.0 is as whole as 2."""
    value = float(number)
    return int(value) if value.is_integer() else value


def reader(shape: type[Shape]) -> Callable[[Request], Awaitable[Shape]]:
    decoder = msgspec.json.Decoder(shape)

    async def read(request: Request) -> Shape:
        body = await _read(request)
        try:
            return decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as cause:
            if WHOLE_AS_FLOAT not in str(cause):
                raise _refusal(cause) from cause
        try:
            return msgspec.convert(json.loads(body, parse_float=_whole), shape)
        except (msgspec.ValidationError, RecursionError) as cause:
            raise _refusal(cause) from cause

    return read
