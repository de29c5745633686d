"""`dlq list|show|redrive`, on both brokers."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from click.testing import CliRunner, Result

from devtools.broker.records import Message, Record, produce, read_all
from schemas.reason import DeadLetterReason
from streams.commands import dlq
from tests.product import Product
from topics import record as records
from topics.codec import Malformed
from topics.dead_letter import wrap
from topics.names import INCIDENT_REPORTED, dead_letters_of

DLQ = dead_letters_of(INCIDENT_REPORTED)
FAULT, INVALID = DeadLetterReason.FAULT, DeadLetterReason.INVALID


def call(product: Product, *args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(dlq.command(product.read_settings()), args)
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def bury(product: Product, reason: DeadLetterReason, *values: bytes, topic: str = "") -> None:
    """Dead letters of records that had two headers of one name."""
    letters = []
    for offset, value in enumerate(values):
        record = records.Record(
            topic or INCIDENT_REPORTED, 0, offset, b"key", value, (("h", b"1"), ("h", b"2"))
        )
        sent = wrap(record, Malformed(reason, "why it died"), 0, "1")
        headers = [(name, text or b"") for name, text in sent.headers]
        letters.append(Message(sent.value, key=sent.key, headers=headers))
    asyncio.run(produce(product.address, DLQ, letters))


def reported(product: Product) -> list[Record]:
    return asyncio.run(read_all(product.address, INCIDENT_REPORTED))


def values(product: Product) -> Counter[bytes | None]:
    return Counter(record.value for record in reported(product))


def rows(product: Product) -> list[tuple[Any, ...]]:
    lines = call(product, "list", "--json").stdout.splitlines()
    found = [json.loads(line) for line in lines]
    return [(row["reason"], row["letters"], row["waiting"]) for row in found]


def test_redriving_by_reason_in_parts_then_all(product: Product) -> None:
    bury(product, FAULT, b"f1", b"f2", b"f3")
    bury(product, INVALID, b"i1", b"i2")
    assert rows(product) == [("fault", 3, 3), ("invalid", 2, 2)]

    foretold = call(product, "redrive", "--reason", "fault", "--max", "2")
    assert "2 would be redriven: add --execute" in foretold.stdout
    assert reported(product) == []

    call(product, "redrive", "--reason", "fault", "--max", "2", "--execute")
    assert rows(product) == [("fault", 3, 1), ("invalid", 2, 2)]
    call(product, "redrive", "--reason", "fault", "--execute")
    assert values(product) == {b"f1": 1, b"f2": 1, b"f3": 1}

    done = call(product, "redrive", "--execute", "--rate", "100")
    assert "2 redriven, 0 skipped" in done.stdout
    assert "redriven: 2" in done.stderr
    assert set(values(product).values()) == {1}
    assert rows(product) == [("fault", 3, 0), ("invalid", 2, 0)]
    assert {(r.key, r.headers) for r in reported(product)} == {(b"key", (("h", b"1"), ("h", b"2")))}


@pytest.mark.embedded
def test_a_letter_that_can_go_nowhere_stops_the_redrive_or_is_skipped(
    embedded_product: Product,
) -> None:
    product = embedded_product
    bury(product, FAULT, b"before")
    bury(product, FAULT, b"stray", topic="bank.transfers")
    bury(product, FAULT, b"after")

    stopped = call(product, "redrive", "--execute", code=1)
    assert "no topic of ours" in stopped.stderr
    assert values(product) == {b"before": 1}

    call(product, "redrive", "--execute", code=1)
    assert values(product) == {b"before": 1}

    skipped = call(product, "redrive", "--execute", "--on-error", "skip")
    assert "1 redriven, 1 skipped" in skipped.stdout
    assert values(product) == {b"before": 1, b"after": 1}


@pytest.mark.embedded
def test_a_letter_is_shown_as_text_or_in_hexadecimal(embedded_product: Product) -> None:
    product = embedded_product
    bury(product, INVALID, '{"camera_id": "Tür"}'.encode(), b"\xff\x00")
    letters = asyncio.run(read_all(product.address, DLQ))
    shown = {}
    for letter in letters:
        place = ("--partition", str(letter.partition), "--offset", str(letter.offset))
        shown[letter.value] = call(product, "show", *place).stdout
        assert "0x" in call(product, "show", *place, "--hex").stdout
    text, binary = shown['{"camera_id": "Tür"}'.encode()], shown[b"\xff\x00"]
    assert 'value    {"camera_id": "Tür"}' in text
    assert f"origin   {INCIDENT_REPORTED} 0/0" in text
    assert "reason   invalid: why it died" in text
    assert "key      key" in text
    assert "value    0xff00" in binary
    assert (
        "nothing at" in call(product, "show", "--partition", "0", "--offset", "99", code=1).stderr
    )


@pytest.mark.embedded
def test_an_empty_topic_and_a_missing_one(embedded_product: Product) -> None:
    product = embedded_product
    assert "no dead letters" in call(product, "list").stderr
    assert "0 would be redriven" in call(product, "redrive").stdout
    away = Product(product.folder, "127.0.0.1:1", product.settings)
    assert "connection refused" in call(away, "list", code=1).stderr
