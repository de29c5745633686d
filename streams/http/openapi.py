"""The HTTP interface as an OpenAPI 3.1 document, made of the models that the pages use."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas.camera_report import FootageReport
from schemas.clip import ClipCompleted
from schemas.hook import SegmentHook
from schemas.http import ClipAccepted, ClipList, ClipView, HealthView, Probe
from schemas.incident import Incident
from schemas.problem import Problem, ProblemType
from schemas.version import VERSION
from streams.http.body import FORM, JSON
from streams.http.clips import ClipFilter
from streams.http.reporting import KEY

Tree = dict[str, Any]

_REF = "#/components/schemas/{model}"
_SAID: tuple[type[BaseModel], ...] = (
    ClipAccepted,
    ClipView,
    ClipList,
    FootageReport,
    HealthView,
    Probe,
    Problem,
    ClipCompleted,
)
_CLIP_ID = {
    "name": "clip_id",
    "in": "path",
    "required": True,
    "description": "The clip.",
    "schema": {"type": "string", "format": "uuid"},
    "example": "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001",
}
_KEY = {
    "name": KEY,
    "in": "header",
    "required": False,
    "description": "Becomes the incident's id: the same key gives the same clip.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}
_EXAMPLE = {"camera_id": "camera1", "timestamp": "2025-08-29T14:30:15", "duration": 20}
_FILE = {
    "name": "file",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "A name from `download_url`, `annotation_urls` or `poster_url`.",
}
_CONDITIONS = [
    {
        "name": header,
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": text,
    }
    for header, text in (
        ("Range", "One range of bytes."),
        ("If-Range", "Only if this is still its ETag."),
        ("If-None-Match", "Only if none of these is its ETag."),
    )
]
_BYTES = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}


def document() -> Tree:
    """The whole document. It names no `jsonSchemaDialect`: Swagger UI shows only the default one."""
    mapping, defs = models_json_schema(
        [
            (Incident, "validation"),
            (SegmentHook, "validation"),
            (ClipFilter, "validation"),
            *((m, "serialization") for m in _SAID),
        ],
        ref_template=_REF,
        by_alias=True,
    )
    schemas = defs["$defs"]
    parameters = _parameters(
        schemas.pop(mapping[ClipFilter, "validation"]["$ref"].rpartition("/")[2])
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Incident clips",
            "version": VERSION,
            "summary": "Report an incident, get the proven video clip of it.",
            "description": "Times are RFC 3339 in UTC. Errors are problem details (RFC 9457).",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "clips", "description": "Report incidents, see and download clips."},
            {"name": "cameras", "description": "What is recorded."},
            {"name": "operation", "description": "For machines that watch this one."},
        ],
        "paths": _clips(parameters) | _files() | _operation(),
        "components": {"schemas": schemas},
    }


def _clips(filters: list[Tree]) -> Tree:
    return {
        "/clips": {"get": _list(filters), "post": _report()},
        "/clips/{clip_id}": {"get": _show(), "parameters": [_CLIP_ID]},
    }


def _report() -> Tree:
    post = _operation_of(
        "reportIncident",
        "clips",
        "Report an incident",
        {
            "202": _answer(
                "The broker has the incident.",
                ClipAccepted,
                {"Location": _header("Where to see what becomes of it.")},
            )
        },
        ProblemType.MALFORMED,
        ProblemType.INVALID,
        ProblemType.TOO_SLOW,
        ProblemType.TOO_LARGE,
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
        ProblemType.BROKER_AWAY,
    )
    post["description"] = (
        "Answered only after Kafka has acknowledged it. The same incident again gives the same clip."
    )
    post["parameters"] = [_KEY]
    post["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": _ref(Incident),
                "example": _EXAMPLE,
            }
        },
    }
    return post


def _show() -> Tree:
    return _operation_of(
        "showClip",
        "clips",
        "See where a clip stands",
        {"200": _answer("The clip.", ClipView)},
        ProblemType.NOT_FOUND,
        ProblemType.NOT_READY,
    )


def _list(filters: list[Tree]) -> Tree:
    every = _operation_of(
        "listClips",
        "clips",
        "List clips, newest incident first",
        {
            "200": _answer(
                "A page of clips.", ClipList, {"Link": _header('The next page, as rel="next".')}
            )
        },
        ProblemType.INVALID,
        ProblemType.NOT_READY,
    )
    every["parameters"] = filters
    return every


def _files() -> Tree:
    annotation = {
        "application/json": {"schema": _ref(ClipCompleted)},
        "application/yaml": _BYTES,
        "text/plain": _BYTES,
    }
    return (
        _downloads("videos", "Clip", {"video/mp4": _BYTES})
        | _downloads("annotations", "Annotation", annotation)
        | _downloads("posters", "Poster", {"image/jpeg": _BYTES})
    )


def _downloads(folder: str, what: str, media: Tree) -> Tree:
    headers = {
        "ETag": _header("Changes with the bytes."),
        "Accept-Ranges": _header("bytes"),
        "Content-Disposition": _header("The file's name."),
    }
    get = _operation_of(
        f"download{what}",
        "clips",
        f"Download {what.lower()}s",
        {
            "200": {"description": "The file.", "headers": headers, "content": media},
            "206": {
                "description": "The range that was asked for.",
                "headers": headers | {"Content-Range": _header("Which part of how much.")},
                "content": media,
            },
            "304": {"description": "It is what the client has."},
        },
        ProblemType.NOT_FOUND,
        ProblemType.EXPIRED,
        ProblemType.PRECONDITION_FAILED,
        ProblemType.RANGE_NOT_SATISFIABLE,
        ProblemType.NOT_READY,
    )
    get["parameters"] = _CONDITIONS
    return {f"/{folder}/{{file}}": {"get": get, "parameters": [_FILE]}}


def _operation() -> Tree:
    def one(name: str, summary: str, model: type[BaseModel], *, probe: bool = True) -> Tree:
        good = {"200": _answer("Yes.", model)}
        bad = {"503": _answer("No; the body says why.", model)} if probe else {}
        return {"get": _operation_of(name, "operation", summary, good | bad)}

    text = {"content": {"text/plain": {"schema": {"type": "string"}}}}
    counted = _operation_of(
        "metrics",
        "operation",
        "Everything that is counted, for Prometheus",
        {"200": {"description": "Prometheus's text format.", **text}},
    )
    cameras = _operation_of(
        "listCameras",
        "cameras",
        "List the cameras that have recordings",
        {"200": _answer("By name.", FootageReport)},
    )
    return {
        "/cameras": {"get": cameras},
        "/hooks/segment": {"post": _hook()},
        "/health": one("health", "Everything about this worker in one object", HealthView),
        "/healthz/live": one("live", "Would a restart help? 503 if so", Probe),
        "/healthz/ready": one("ready", "Does it do all of its work?", Probe),
        "/healthz/startup": one("startup", "Has it come up?", Probe),
        "/metrics": {"get": counted},
    }


def _hook() -> Tree:
    hook = _operation_of(
        "hintSegment",
        "cameras",
        "Say that a file of a camera is finished",
        {"204": {"description": "The camera is looked at if an incident waits for it."}},
        ProblemType.MALFORMED,
        ProblemType.INVALID,
        ProblemType.TOO_SLOW,
        ProblemType.TOO_LARGE,
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
    )
    hook["description"] = (
        "For MediaMTX's runOnRecordSegmentComplete. Only a hint: recordings are looked at anyway, "
        "and nothing is believed but what is found. Tell every worker: each knows its own incidents."
    )
    content = {"schema": _ref(SegmentHook), "example": {"path": "camera1"}}
    hook["requestBody"] = {"required": True, "content": dict.fromkeys((JSON, FORM), content)}
    return hook


def _operation_of(name: str, tag: str, summary: str, good: Tree, *problems: ProblemType) -> Tree:
    """An operation with its good answers, and one answer for each status of its problems."""
    by_status: dict[HTTPStatus, list[ProblemType]] = {}
    for problem in (*problems, ProblemType.INTERNAL):
        by_status.setdefault(problem.status, []).append(problem)
    bad = {
        str(int(status)): {
            "description": " ".join(kind.meaning for kind in kinds),
            "content": {"application/problem+json": {"schema": _ref(Problem)}},
        }
        for status, kinds in by_status.items()
    }
    return {"operationId": name, "tags": [tag], "summary": summary, "responses": good | bad}


def _answer(description: str, model: type[BaseModel], headers: Tree | None = None) -> Tree:
    content = {"application/json": {"schema": _ref(model)}}
    return {"description": description, "content": content} | (
        {"headers": headers} if headers else {}
    )


def _header(description: str) -> Tree:
    return {"description": description, "schema": {"type": "string"}}


def _ref(model: type[BaseModel]) -> Tree:
    return {"$ref": _REF.format(model=model.__name__)}


def _parameters(filters: Tree) -> list[Tree]:
    """The fields of a model as query parameters."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": field["description"],
            "schema": _bare(field),
        }
        for name, field in filters["properties"].items()
    ]


def _bare(field: Tree) -> Tree:
    """A schema without what a parameter says itself; a parameter that is absent is never null."""
    options = [o for o in field.get("anyOf", [field]) if o.get("type") != "null"]
    dropped = {"description", "examples", "title", "default", "anyOf"}
    return {k: v for k, v in options[0].items() if k not in dropped}
