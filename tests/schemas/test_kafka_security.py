"""`kafka.security`: what fits together, and that no fault shows a secret."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.config_faults import describe
from schemas.kafka_security import Mechanism, Protocol, Security
from schemas.settings import Settings, load

LOGIN = {"mechanism": "PLAIN", "username": "u", "password": "hunter2"}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"protocol": "SSL"},
        {"protocol": "ssl", "cert_file": "both.pem"},
        {"protocol": "ssl", "ca_file": "ca", "cert_file": "c", "key_file": "k"},
        {"protocol": "sasl_ssl", **LOGIN},
        {"protocol": "SASL_SSL", **LOGIN, "mechanism": "scram-sha-512"},
        {"protocol": "sasl_ssl", "mechanism": "OAUTHBEARER", "token_file": "t", "password": ""},
        {"protocol": "sasl_plaintext", **LOGIN, "allow_plaintext_sasl": True},
    ],
)
def test_what_fits_together_is_taken(settings: dict[str, object]) -> None:
    Security.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"protocol": "tls"}, "'plaintext', 'ssl'"),
        ({"protocol": "sasl_ssl"}, "needs a mechanism: PLAIN, SCRAM-SHA-256"),
        ({"protocol": "sasl_ssl", "mechanism": "GSSAPI"}, "'OAUTHBEARER'"),
        ({"protocol": "sasl_plaintext", **LOGIN}, "allow_plaintext_sasl: true"),
        (LOGIN, "mechanism is for protocol sasl_ssl, not plaintext"),
        ({"protocol": "ssl", "username": "u"}, "we would not log in at all"),
        ({"protocol": "sasl_ssl", "mechanism": "PLAIN", "password": "x"}, "needs a username"),
        ({"protocol": "sasl_ssl", "mechanism": "PLAIN", "username": "u"}, "either password_file"),
        ({"protocol": "sasl_ssl", **LOGIN, "password_file": "f"}, "either password_file"),
        ({"protocol": "sasl_ssl", **LOGIN, "token_file": "t"}, "token_file is for OAUTHBEARER"),
        ({"protocol": "sasl_ssl", "mechanism": "OAUTHBEARER"}, "needs token_file"),
        ({"protocol": "sasl_ssl", **LOGIN, "mechanism": "OAUTHBEARER"}, "not used with OAUTHBEAR"),
        ({"ca_file": "ca.pem"}, "ca_file is for protocol ssl or sasl_ssl"),
        ({"protocol": "ssl", "key_file": "k"}, "key_file needs cert_file"),
        ({"protocol": "ssl", "key_password_file": "k"}, "key_password_file needs cert_file"),
    ],
)
def test_what_does_not_fit_is_told_with_its_fix(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"kafka": {"security": settings}})
    assert told in " ".join(describe(caught.value))


@pytest.mark.parametrize(
    "text",
    [
        "kafka: {security: {protocol: sasl_ssl, password: hunter2}}",
        "kafka: {security: {passwrod: hunter2}}",
        "kafka: {security: hunter2}",
        "kafka: {security: {password: [hunter2]}}",
        "kafka: {password: hunter2}",
        "kafka: {sasl_passwd: hunter2}",
        "kafka: {heartbeat_interval: 9s, security: {username: u, password: hunter2}}",
        "secrets: {x: hunter2}",
    ],
)
def test_no_fault_shows_a_secret(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ValidationError) as caught:
        load(file)
    assert "hunter2" not in "\n".join(describe(caught.value))
    assert "hunter2" not in str(caught.value)


def test_settings_in_effect_are_printed_without_secrets() -> None:
    settings = Settings.model_validate({"kafka": {"security": {"protocol": "sasl_ssl", **LOGIN}}})
    assert settings.kafka.security.password is not None
    assert settings.kafka.security.password.get_secret_value() == "hunter2"
    for shown in (settings.model_dump_json(), repr(settings), str(settings.model_dump())):
        assert "hunter2" not in shown


def test_words_are_read_in_any_case() -> None:
    security = Security.model_validate({"protocol": "Sasl_SSL", **LOGIN, "mechanism": "plain"})
    assert (security.protocol, security.mechanism) == (Protocol.SASL_SSL, Mechanism.PLAIN)
