"""Errors as the app reads them: problem details of RFC 9457."""

import re
import uuid

import msgspec
from fastapi import Request, Response

from backline_recommender import wire

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_NOT_OF_A_LINE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class ProblemError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: int, code: str, title: str, detail: str, field: wire.FieldError | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.field = field


def one_line(text: str, max_length: int) -> str:
    return _NOT_OF_A_LINE.sub(" ", text)[:max_length] or "-"


def invalid(detail: str, field: wire.FieldError | None = None) -> ProblemError:
    return ProblemError(
        400, "invalid-request", "The request is not what the contract says", one_line(detail, 1_000), field
    )


def _request_id(request: Request) -> str:
    given = request.headers.get("x-request-id", "")
    return given if _SANE_REQUEST_ID.fullmatch(given) is not None else str(uuid.uuid4())


def problem_response(request: Request, refused: ProblemError, headers: dict[str, str] | None = None) -> Response:
    problem = wire.Problem(
        type=f"/problems/{refused.code}",
        title=refused.title,
        status=refused.status,
        detail=refused.detail,
        instance=_request_id(request),
        errors=msgspec.UNSET if refused.field is None else [refused.field],
    )
    return Response(msgspec.json.encode(problem), refused.status, headers, "application/problem+json")
