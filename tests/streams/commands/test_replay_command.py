"""`replay`: on both brokers, and what workers make of it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from devtools.broker.records import Message, Record, produce, read_all
from schemas.instant import from_ns, rfc3339
from streams.commands import replay
from tests.product import Product, RunningWorker
from tests.recordings import SMALL, take
from topics.names import CLIP_COMPLETED, INCIDENT_BACKFILL, INCIDENT_REPORTED

FORCE, REPUBLISH = "--force", "--republish-only"


def call(product: Product, *args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(replay.command(product.read_settings()), args)
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def body(name: str, **more: object) -> bytes:
    said = {"camera_id": "nowhere", "timestamp": "2026-11-24T08:00:00Z", "incident_id": name}
    return json.dumps(said | more, indent=1).encode()


def report(product: Product, *values: bytes) -> None:
    """Each in a record of its own."""
    for value in values:
        message = Message(value, key=b"a key", headers=[("ce_id", b"e"), ("h", b"1"), ("h", b"2")])
        asyncio.run(produce(product.address, INCIDENT_REPORTED, [message]))


def reported_at(product: Product, value: bytes) -> str:
    """The time stamp of a record, as the options take it."""
    records = asyncio.run(read_all(product.address, INCIDENT_REPORTED))
    (found,) = (record.timestamp for record in records if record.value == value)
    return rfc3339(from_ns(found * 1_000_000))


def sent(product: Product) -> list[Record]:
    return asyncio.run(read_all(product.address, INCIDENT_BACKFILL))


def announced(product: Product) -> list[tuple[dict[str, Any], dict[str, str]]]:
    records = asyncio.run(read_all(product.address, CLIP_COMPLETED))
    ordered = sorted(records, key=lambda record: record.offset)
    return [
        (json.loads(r.value or b""), {name: text.decode() for name, text in r.headers})
        for r in ordered
    ]


def test_a_span_of_time_is_sent_in_parts_and_once(product: Product) -> None:
    values = [body(f"i-{n}") for n in range(9)]
    report(product, *values)
    span = ("--from", reported_at(product, values[3]), "--to", reported_at(product, values[7]))

    foretold = call(product, *span)
    assert "4 would be sent: add --execute" in foretold.stdout
    assert "4 nowhere" in foretold.stdout
    assert sent(product) == []

    first = call(product, *span, "--execute", "--max", "3")
    assert "3 sent now, 3 in all; the same command goes on" in first.stdout
    report(product, body("too late to be in the range"))
    second = call(product, *span, "--execute", "--rate", "100")
    assert "1 sent now, 4 in all" in second.stdout
    assert "sent: 1" in second.stderr
    assert "add --again" in call(product, *span, "--execute", code=1).stderr

    records = sent(product)
    assert sorted(record.value or b"" for record in records) == values[3:7]
    (replay_id,) = {dict(record.headers)["ce_replayid"].decode() for record in records}
    assert replay_id in second.stdout
    assert {(r.key, r.headers[:3]) for r in records} == {
        (b"a key", (("ce_id", b"e"), ("h", b"1"), ("h", b"2")))
    }

    call(product, *span, "--execute", "--again")
    assert len(sent(product)) == 8
    assert len({dict(record.headers)["ce_replayid"] for record in sent(product)}) == 2


@pytest.mark.embedded
def test_incidents_of_a_file_are_sent_all_or_none(embedded_product: Product) -> None:
    product = embedded_product
    file = product.folder / "incidents.csv"
    head = "camera_id,timestamp,incident_id\n"
    file.write_text(head + "nowhere,2026-11-24T08:00:00Z,a\nnowhere,yesterday,b\n")
    refused = call(product, "--file", str(file), "--execute", code=1)
    assert "0/3: timestamp = 'yesterday'" in refused.stderr
    assert sent(product) == []

    file.write_text(head + "nowhere,2026-11-24T08:00:00Z,a\nnowhere,2026-11-24T09:00:00Z,b\n")
    call(product, "--file", str(file), "--execute")
    assert {json.loads(r.value or b"")["incident_id"]: r.key for r in sent(product)} == {
        "a": b"nowhere",
        "b": b"nowhere",
    }


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "give --from and --to, or --file"),
        (("--from", "yesterday", "--to", "2026-11-24T08:00:00Z"), "--from 'yesterday' is no time"),
        (("--from", "2026-11-24T09:00Z", "--to", "2026-11-24T08:00Z"), "is not after"),
        (("--file", "x.csv", "--from", "2026-11-24T09:00Z"), "not from a file"),
        (("--file", "x.csv", FORCE, REPUBLISH), "choose one"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    nobody = Product(tmp_path, "127.0.0.1:1")
    assert told in call(nobody, *args, code=2).stderr


@contextmanager
def filmed(product: Product) -> Iterator[RunningWorker]:
    """A worker whose camera has footage of 08:23:29 to 08:23:54."""
    take(SMALL / "recordings" / "crash-1", product.folder / "footage" / "crash-1")
    settings = {"CLIPS_FOOTAGE__PATTERN": "%path/%Y-%m-%d_%H-%M-%S-%f"}
    with product.worker(settings=settings) as worker:
        yield worker


@pytest.mark.media
def test_workers_cut_anew_once_a_replay_and_announce_again(product: Product) -> None:
    incident = body("i", camera_id="crash-1", timestamp="2026-11-24T08:23:40Z", before=3, after=2)
    span = ("--from", "2020-01-01T00:00:00Z", "--to", "2040-01-01T00:00:00Z", "--execute")
    with filmed(product) as worker:
        report(product, incident)
        worker.await_lines("incident.settled", 1)
        assert "0 sent now" in call(product, *span).stdout
        assert "bytes (" in call(product, *span[:-1], FORCE).stdout

        call(product, *span, FORCE)
        worker.await_lines("incident.settled", 2)
        again = sent(product)[-1]
        message = Message(again.value, key=again.key, headers=again.headers)
        asyncio.run(produce(product.address, INCIDENT_BACKFILL, [message]))
        worker.await_lines("incident.settled", 3)

        call(product, *span, REPUBLISH)
        worker.await_lines("incident.settled", 4)
    (first, _), (forced, headers), (repeated, again_headers) = announced(product)
    assert (first["outcome"], first["revision"], first["replay_id"]) == ("complete", 1, None)
    assert (forced["outcome"], forced["revision"]) == ("complete", 2)
    assert forced["replay_id"] == headers["ce_replayid"]
    assert repeated == forced
    assert again_headers["ce_id"] == headers["ce_id"]
    assert again_headers["ce_replayid"] != headers["ce_replayid"]


@pytest.mark.media
@pytest.mark.embedded
def test_a_clip_is_never_replaced_by_less(embedded_product: Product) -> None:
    product = embedded_product
    incident = body("i", camera_id="crash-1", timestamp="2026-11-24T08:23:40Z", before=3, after=2)
    span = ("--from", "2020-01-01T00:00:00Z", "--to", "2040-01-01T00:00:00Z", "--execute")
    with filmed(product) as worker:
        report(product, incident)
        worker.await_lines("incident.settled", 1)
        for file in (product.folder / "footage" / "crash-1").iterdir():
            file.unlink()
        call(product, *span, FORCE)
        worker.await_lines("incident.settled", 2)
        worker.await_lines("clip.kept")
    ((answer, _),) = announced(product)
    assert answer["outcome"] == "complete"
    assert (product.output / answer["video"]["path"]).stat().st_size == answer["video"][
        "size_bytes"
    ]
