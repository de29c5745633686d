"""From settings and files to what clients take. What brokers make of it: test_security_on_kafka."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from devtools.broker.kafka.certificates import Certificates, make
from schemas.kafka_security import Security
from streams.security import SecurityError, client_arguments


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("certificates"), "worker")


def arguments(**settings: Any) -> dict[str, Any]:
    return client_arguments(Security.model_validate(settings))


def test_nothing_set_is_plaintext() -> None:
    assert arguments() == {"security_protocol": "PLAINTEXT"}


def test_a_password_file_may_end_with_a_line_break(tmp_path: Path, files: Certificates) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    found = arguments(
        protocol="sasl_ssl",
        mechanism="SCRAM-SHA-512",
        username="u",
        password_file=tmp_path / "password",
        ca_file=files.ca,
    )
    assert isinstance(found.pop("ssl_context"), ssl.SSLContext)
    assert found == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "u",
        "sasl_plain_password": "hunter2",
    }


def test_certificates_are_always_verified_and_names_unless_told_otherwise(
    files: Certificates,
) -> None:
    strict = arguments(protocol="ssl", ca_file=files.ca)["ssl_context"]
    loose = arguments(protocol="ssl", ca_file=files.ca, check_hostname=False)["ssl_context"]
    assert (strict.check_hostname, loose.check_hostname) == (True, False)
    assert strict.verify_mode == loose.verify_mode == ssl.CERT_REQUIRED


def test_a_token_is_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one\n")
    provider = arguments(protocol="sasl_ssl", mechanism="OAUTHBEARER", token_file=file)[
        "sasl_oauth_token_provider"
    ]
    assert asyncio.run(provider.token()) == "one"
    file.write_text("two")
    assert asyncio.run(provider.token()) == "two"
    file.unlink()
    with pytest.raises(KafkaError, match="token_file"):
        asyncio.run(provider.token())


def test_a_file_that_cannot_be_used_is_named_with_its_setting(
    tmp_path: Path, files: Certificates
) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    login = {"protocol": "sasl_ssl", "mechanism": "PLAIN", "username": "u"}
    own = {"protocol": "ssl", "cert_file": files.client, "key_file": files.client_key}
    for settings, told in [
        ({**login, "password_file": tmp_path / "none"}, "password_file = .*none.*No such file"),
        ({**login, "password_file": empty}, "password_file = .*is empty"),
        ({"protocol": "ssl", "ca_file": tmp_path / "none"}, "ca_file = .*No such file"),
        ({"protocol": "ssl", "ca_file": empty}, "ca_file"),
        (own, "key_file = .*key_password_file if it is encrypted"),
        ({**own, "key_password_file": files.ca}, "key_file = "),
        ({**own, "key_file": files.server, "cert_file": files.client}, "fits the certificate"),
    ]:
        with pytest.raises(SecurityError, match=told):
            arguments(**settings)
