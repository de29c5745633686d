"""What is wrong with an HTTP request, or with us: RFC 9457 problem details with a closed list of types."""

from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field

from schemas.word import Word

PLACE = "/docs/problems"
"""Where the types are explained; each has an anchor there."""


class ProblemType(Word):
    """Every kind of problem that the HTTP interface answers with."""

    MALFORMED = (
        "malformed",
        "The body is not JSON, or not a JSON object, or the request is not HTTP as it should be.",
    )
    INVALID = (
        "invalid",
        "A field is missing or has a value that cannot be used; the detail names field, value and fix.",
    )
    TOO_LONG = (
        "too_long",
        "The window is longer than windows.max_length.",
    )
    NO_SUCH_TIME = (
        "no_such_time",
        "The local hour does not exist: the clocks were put forward.",
    )
    IN_FUTURE = (
        "in_future",
        "The incident lies further ahead than windows.max_ahead.",
    )
    KEY_REUSED = (
        "key_reused",
        "The Idempotency-Key was used for another request before: take a new one.",
    )
    NOT_FOUND = "not_found", "There is nothing of this name."
    EXPIRED = "expired", "The clip was removed: its retention is over."
    METHOD_NOT_ALLOWED = (
        "method_not_allowed",
        "The address does not know this method; Allow names those that it knows.",
    )
    TOO_SLOW = (
        "too_slow",
        "The body did not arrive within http.body_timeout.",
    )
    PRECONDITION_FAILED = (
        "precondition_failed",
        "The file is not the one that If-Match or If-Unmodified-Since asks for.",
    )
    TOO_LARGE = (
        "too_large",
        "The body is larger than http.max_body.",
    )
    UNSUPPORTED_MEDIA_TYPE = (
        "unsupported_media_type",
        "The body is not declared as JSON: send Content-Type: application/json.",
    )
    RANGE_NOT_SATISFIABLE = (
        "range_not_satisfiable",
        "The range lies beyond the end of the file; Content-Range tells its length.",
    )
    BROKER_AWAY = (
        "broker_away",
        "Kafka has not acknowledged the incident: send it again, which gives the same clip.",
    )
    NOT_READY = (
        "not_ready",
        "This worker is starting, leaving, or still reading where the clips stand: try again.",
    )
    INTERNAL = (
        "internal",
        "A fault of this service; its log says more.",
    )

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status code that goes with it."""
        return _STATUS[self]

    @property
    def address(self) -> str:
        """The type as a URI reference: where the problem is explained."""
        return f"{PLACE}#{self}"


_STATUS = {
    ProblemType.MALFORMED: HTTPStatus.BAD_REQUEST,
    ProblemType.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemType.TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemType.NO_SUCH_TIME: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemType.IN_FUTURE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemType.KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemType.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemType.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    ProblemType.PRECONDITION_FAILED: HTTPStatus.PRECONDITION_FAILED,
    ProblemType.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemType.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ProblemType.RANGE_NOT_SATISFIABLE: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    ProblemType.BROKER_AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemType.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemType.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    ProblemType.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemType.EXPIRED: HTTPStatus.GONE,
}


class Problem(BaseModel):
    """Problem details, as `application/problem+json`."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)

    type: str = Field(
        description="What kind of problem; a link to its explanation.",
        examples=[ProblemType.INVALID.address],
    )
    title: str = Field(description="The kind in words.", examples=[ProblemType.INVALID.meaning])
    status: int = Field(ge=400, le=599, description="The HTTP status code.", examples=[422])
    detail: str = Field(
        description="What is wrong with this request: field, value and fix.",
        examples=["camera_id is missing (for example 'camera1')"],
    )
    instance: str = Field(description="The path that was asked for.", examples=["/clips"])
