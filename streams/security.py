"""From `kafka.security` to what Faust and plain aiokafka clients take: credentials and a TLS context.

Files are read here, when a client is made: a changed secret is used from the next start on, a token
from the next connection on. No text of an error holds what a file holds.
"""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import faust
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import IllegalSaslStateError
from faust.auth import Credentials, OAuthCredentials, SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from schemas.kafka_security import Mechanism, Security

__all__ = ["SecurityError", "client_arguments", "credentials"]


class SecurityError(Exception):
    """A file that `kafka.security` names cannot be used; `str()` names setting, file and fix."""


class TokenFile(AbstractTokenProvider):  # type: ignore[misc] # aiokafka is untyped
    """The bearer token in a file that somebody else keeps fresh."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """The token as it is now; aiokafka tries again later after an error of its own kind."""
        try:
            return await asyncio.to_thread(_read, "token_file", self._path)
        except SecurityError as exc:
            raise IllegalSaslStateError(str(exc)) from exc


def credentials(security: Security) -> Credentials | None:
    """What `faust.App` takes as `broker_credentials`; raises `SecurityError`."""
    context = _context(security) if security.protocol.tls else None
    if security.mechanism is None:
        return None if context is None else SSLCredentials(context)
    if security.mechanism is Mechanism.OAUTHBEARER:
        assert security.token_file is not None
        _read("token_file", security.token_file)
        return OAuthCredentials(oauth_cb=TokenFile(security.token_file), ssl_context=context)
    return SASLCredentials(
        username=security.username,
        password=_password(security),
        ssl_context=context,
        mechanism=faust.types.auth.SASLMechanism(security.mechanism.value),
    )


def client_arguments(security: Security) -> dict[str, Any]:
    """Keyword arguments for any client of aiokafka; raises `SecurityError`."""
    return dict(credentials_to_aiokafka_auth(credentials(security)))


def _password(security: Security) -> str:
    if security.password is not None:
        return security.password.get_secret_value()
    assert security.password_file is not None
    return _read("password_file", security.password_file)


def _context(security: Security) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=security.ca_file)
    except (OSError, ssl.SSLError) as exc:
        raise _unusable("ca_file", security.ca_file, exc, "a PEM of certificates") from exc
    context.check_hostname = security.check_hostname
    if security.cert_file is not None:
        _load_own(context, security, security.cert_file)
    return context


def _load_own(context: ssl.SSLContext, security: Security, cert: Path) -> None:
    secret = security.key_password_file
    password = _read("key_password_file", secret) if secret else ""
    try:
        # Without a password OpenSSL would ask on the terminal.
        context.load_cert_chain(cert, security.key_file, password=lambda: password)
    except (OSError, ssl.SSLError) as exc:
        name, file = ("key_file", security.key_file) if security.key_file else ("cert_file", cert)
        wanted = "a PEM whose key fits the certificate, and key_password_file if it is encrypted"
        raise _unusable(name, file, exc, wanted) from exc


def _read(name: str, path: Path) -> str:
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise _unusable(name, path, exc, "a readable text file") from exc
    if not text:
        raise SecurityError(f"kafka.security.{name} = {str(path)!r} is empty")
    return text


def _unusable(name: str, path: Path | None, exc: Exception, wanted: str) -> SecurityError:
    why = (exc.strerror if isinstance(exc, OSError) else None) or type(exc).__name__
    return SecurityError(
        f"kafka.security.{name} = {str(path)!r} cannot be used ({why}): name {wanted}"
    )
