"""TLS, logins and access rules, through the real commands and the real worker on Apache Kafka."""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from devtools.broker.kafka import SecureKafka
from devtools.broker.kafka.secure import PASSWORD, USER
from devtools.broker.records import Message, produce, read_all
from devtools.broker.rules import Ban, impose, lift
from tests.product import Product, RunningWorker
from topics.names import CLIP_COMPLETED, INCIDENT_REPORTED

pytestmark = pytest.mark.kafka

IMPATIENT = {"CLIPS_KAFKA__START_TIMEOUT": "1s"}
CERTIFIED = f"CN={USER},OU=tests,O=incident-clips"
"""What Kafka calls the user of the client certificate."""


def product(
    broker: SecureKafka, folder: Path, protocol: str, settings: Mapping[str, str]
) -> Product:
    common = {"PROTOCOL": protocol} | dict(settings)
    if protocol in ("ssl", "sasl_ssl"):
        common.setdefault("CA_FILE", str(broker.certificates.ca))
    variables = {f"CLIPS_KAFKA__SECURITY__{name}": value for name, value in common.items()}
    return Product(
        folder,
        broker.addresses[protocol],
        {**variables, "CLIPS_KAFKA__GROUP": f"group-{uuid4()}", "CLIPS_FOOTAGE__PATIENCE": "0s"},
    )


def login(mechanism: str, folder: Path, password: str = PASSWORD) -> dict[str, str]:
    file = folder / "password"
    file.write_text(password + "\n")
    return {"MECHANISM": mechanism, "USERNAME": USER, "PASSWORD_FILE": str(file)}


def token(folder: Path) -> dict[str, str]:
    """A token that nobody signed; the test broker's validator takes it."""
    now = int(time.time())
    claims = {"sub": USER, "iat": now, "exp": now + 3600}
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()) for p in ({"alg": "none"}, claims)]
    file = folder / "token"
    file.write_text(".".join(p.rstrip(b"=").decode() for p in parts) + ".\n")
    return {"MECHANISM": "OAUTHBEARER", "TOKEN_FILE": str(file)}


def certificate(broker: SecureKafka) -> dict[str, str]:
    files = broker.certificates
    return {
        "CERT_FILE": str(files.client),
        "KEY_FILE": str(files.client_key),
        "KEY_PASSWORD_FILE": str(files.client_key_password),
    }


def report(broker: SecureKafka, incident_id: str) -> None:
    value = {
        "camera_id": "nowhere",
        "timestamp": "2026-11-24T08:00:00Z",
        "incident_id": incident_id,
    }
    message = Message(json.dumps(value).encode(), key=b"nowhere")
    asyncio.run(produce(broker.address, INCIDENT_REPORTED, [message]))


def answered(broker: SecureKafka) -> set[str]:
    records = asyncio.run(read_all(broker.address, CLIP_COMPLETED))
    return {json.loads(record.value or b"")["incident"]["id"] for record in records}


def await_answer(broker: SecureKafka, incident: str, worker: RunningWorker) -> None:
    while incident not in answered(broker):
        assert worker.child.wait(0.2) is None, worker.child.tail()


@pytest.mark.parametrize(
    ("protocol", "how"),
    [
        ("sasl_ssl", "SCRAM-SHA-256"),
        ("sasl_ssl", "scram-sha-512"),
        ("sasl_ssl", "PLAIN"),
        ("sasl_ssl", "OAUTHBEARER"),
        ("ssl", "certificate"),
        ("sasl_plaintext", "SCRAM-SHA-512"),
    ],
)
def test_commands_and_worker_get_through(
    secure_kafka: SecureKafka, tmp_path: Path, protocol: str, how: str
) -> None:
    match how:
        case "OAUTHBEARER":
            own = token(tmp_path)
        case "certificate":
            own = certificate(secure_kafka)
        case _:
            own = login(how, tmp_path)
    if protocol == "sasl_plaintext":
        own["ALLOW_PLAINTEXT_SASL"] = "true"
    clips = product(secure_kafka, tmp_path, protocol, own)
    clips.run("topics", "check")
    incident = f"i-{uuid4()}"
    report(secure_kafka, incident)

    with clips.worker() as worker:
        await_answer(secure_kafka, incident, worker)
        said = worker.child.log.read_text()
    assert PASSWORD not in said
    assert "key-secret" not in said


def test_a_wrong_password_is_told_and_not_shown(secure_kafka: SecureKafka, tmp_path: Path) -> None:
    wrong = login("SCRAM-SHA-256", tmp_path, "pa55-of-somebody-else")
    clips = product(secure_kafka, tmp_path, "sasl_ssl", wrong)
    told = clips.run("topics", "check", code=1)
    assert "invalid credentials" in told.stderr
    assert "pa55" not in told.stdout + told.stderr

    with clips.worker(ready=False, settings=IMPATIENT) as worker:
        assert worker.child.wait(60) == 1
        said = worker.child.log.read_text()
    assert "invalid credentials" in said
    assert "pa55" not in said


@pytest.mark.parametrize(
    ("protocol", "settings", "told"),
    [
        ("sasl_ssl", {"CA_FILE": ""}, "certificate is not accepted"),
        ("ssl", {}, "does kafka.security fit it?"),
    ],
    ids=["unknown authority", "no certificate of ours"],
)
def test_why_no_broker_lets_us_in(
    secure_kafka: SecureKafka,
    tmp_path: Path,
    protocol: str,
    settings: dict[str, str],
    told: str,
) -> None:
    own = settings | (login("PLAIN", tmp_path) if protocol.startswith("sasl") else {})
    done = product(secure_kafka, tmp_path, protocol, own).run("topics", "check", code=1)
    assert told in done.stderr


def test_a_group_that_we_may_not_use_is_told(secure_kafka: SecureKafka, tmp_path: Path) -> None:
    clips = product(secure_kafka, tmp_path, "ssl", certificate(secure_kafka))
    group = clips.settings["CLIPS_KAFKA__GROUP"]
    asyncio.run(impose(secure_kafka.address, Ban(CERTIFIED, "all", "group", group)))

    with clips.worker(ready=False, settings=IMPATIENT) as worker:
        assert worker.child.wait(60) == 1
        assert f"may not use the group {group}" in worker.child.tail()


def test_answers_wait_while_we_may_not_write_and_go_out_when_we_may(
    secure_kafka: SecureKafka, tmp_path: Path
) -> None:
    """Left alone, aiokafka would never send to that partition again."""
    own = login("SCRAM-SHA-256", tmp_path)
    clips = product(secure_kafka, tmp_path, "sasl_ssl", own)
    ban = Ban(USER, "write", "topic", CLIP_COMPLETED)
    incident = f"i-{uuid4()}"
    with clips.worker() as worker:
        asyncio.run(impose(secure_kafka.address, ban))
        try:
            report(secure_kafka, incident)
            refused = worker.await_lines("kafka.send_failed")[0]
            told = clips.run("topics", "check", code=1)
        finally:
            asyncio.run(lift(secure_kafka.address, ban))
        await_answer(secure_kafka, incident, worker)
    assert "TopicAuthorizationFailedError" in str(refused["error"])
    assert f"{CLIP_COMPLETED} may not be seen by this user" in told.stderr


def test_a_worker_that_may_not_read_any_more_ends_so_that_somebody_notices(
    secure_kafka: SecureKafka, tmp_path: Path
) -> None:
    own = login("PLAIN", tmp_path)
    clips = product(secure_kafka, tmp_path, "sasl_ssl", own)
    ban = Ban(USER, "read", "topic", INCIDENT_REPORTED)
    with clips.worker() as worker:
        asyncio.run(impose(secure_kafka.address, ban))
        try:
            report(secure_kafka, "unread")
            assert worker.child.wait(60) == 1
        finally:
            asyncio.run(lift(secure_kafka.address, ban))
        assert "TopicAuthorizationFailedError" in worker.child.log.read_text()
