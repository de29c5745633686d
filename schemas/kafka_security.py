"""How we prove to Kafka who we are, and how Kafka proves it to us. Files are read by `streams.security`."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

HIDDEN = "**********"
"""Stands for a secret, as pydantic writes it."""

_SECRET = re.compile(r"security|pass|secret|token", re.IGNORECASE)


class Protocol(StrEnum):
    """What a connection is made of."""

    PLAINTEXT = "plaintext"
    SSL = "ssl"
    SASL_PLAINTEXT = "sasl_plaintext"
    SASL_SSL = "sasl_ssl"

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted and the broker proves its name."""
        return self in (Protocol.SSL, Protocol.SASL_SSL)

    @property
    def sasl(self) -> bool:
        """Whether we log in."""
        return self in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL)


class Mechanism(StrEnum):
    """How we log in."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Security(BaseModel):
    """`kafka.security`. Paths are of files that this process may read; "" means not set."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    protocol: Annotated[Protocol, BeforeValidator(_lower)] = Field(
        default=Protocol.PLAINTEXT, description="As the listener of the broker speaks."
    )
    mechanism: Annotated[Mechanism | None, BeforeValidator(_upper)] = Field(
        default=None, description="With the sasl protocols."
    )
    username: str | None = Field(default=None, description="With PLAIN and SCRAM.")
    password: SecretStr | None = Field(default=None, description="Better: password_file.")
    password_file: Path | None = Field(default=None, description="Holds the password alone.")
    token_file: Path | None = Field(
        default=None, description="With OAUTHBEARER; read anew for each connection."
    )
    ca_file: Path | None = Field(
        default=None,
        description="PEM of who signed the brokers' certificates; null = the system's.",
    )
    cert_file: Path | None = Field(default=None, description="PEM of our own certificate (mTLS).")
    key_file: Path | None = Field(
        default=None, description="PEM of its key, unless cert_file holds that too."
    )
    key_password_file: Path | None = Field(default=None, description="If the key is encrypted.")
    check_hostname: bool = Field(
        default=True, description="Whether the broker's certificate must name its host."
    )
    allow_plaintext_sasl: bool = Field(
        default=False, description="Let the login go over the network unencrypted."
    )

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, data: object) -> object:
        """An empty variable in a compose file means nothing, not the folder `.`."""
        return {k: v for k, v in data.items() if v != ""} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if fault := self._tls_fault() or self._sasl_fault() or self._login_fault():
            raise ValueError(fault)
        return self

    def _given(self, *names: str) -> list[str]:
        return [name for name in names if getattr(self, name) is not None]

    def _tls_fault(self) -> str | None:
        files = self._given("ca_file", "cert_file", "key_file", "key_password_file")
        if files and not self.protocol.tls:
            return f"{files[0]} is for protocol ssl or sasl_ssl, not {self.protocol}"
        if self.key_file and not self.cert_file:
            return "key_file needs cert_file, the certificate that belongs to it"
        if self.key_password_file and not self.cert_file:
            return "key_password_file needs cert_file and key_file"
        return None

    def _sasl_fault(self) -> str | None:
        if not self.protocol.sasl:
            login = self._given("mechanism", "username", "password", "password_file", "token_file")
            return (
                f"{login[0]} is for protocol sasl_ssl, not {self.protocol}: with it we would not "
                "log in at all"
                if login
                else None
            )
        if self.mechanism is None:
            return f"protocol {self.protocol} needs a mechanism: {', '.join(Mechanism)}"
        if not self.protocol.tls and not self.allow_plaintext_sasl:
            return (
                "protocol sasl_plaintext sends the login over the network unencrypted: use "
                "sasl_ssl, or set allow_plaintext_sasl: true"
            )
        return None

    def _login_fault(self) -> str | None:
        if self.mechanism is Mechanism.OAUTHBEARER:
            if strange := self._given("username", "password", "password_file"):
                return f"{strange[0]} is not used with OAUTHBEARER: leave it out"
            return None if self.token_file else "mechanism OAUTHBEARER needs token_file"
        if self.mechanism is None:
            return None
        faults = {
            f"token_file is for OAUTHBEARER, not {self.mechanism}": self.token_file is not None,
            f"mechanism {self.mechanism} needs a username": self.username is None,
            f"mechanism {self.mechanism} needs either password_file or password": (
                len(self._given("password", "password_file")) != 1
            ),
        }
        return next((fault for fault, is_so in faults.items() if is_so), None)


def shown(place: tuple[int | str, ...], value: object) -> object:
    """`value` as an error may quote it: hidden where `place` could hold a secret, or a part does.

    Misspelled names count as secret, since nobody knows what stands there.
    """
    if isinstance(value, dict):
        return {name: shown((*place, str(name)), inner) for name, inner in value.items()}
    last = str(place[-1]) if place else ""
    plain = last in Security.model_fields and last != "password"
    secret = not plain and any(_SECRET.search(str(name)) for name in place)
    return HIDDEN if secret else value
