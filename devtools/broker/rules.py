"""Access rules of Apache Kafka: who may not do what."""

from dataclasses import astuple, dataclass
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

_RESOURCES = {"topic": 2, "group": 3}
_OPERATIONS = {"all": 2, "read": 3, "write": 4}
_LITERAL, _DENY = 3, 2


@dataclass(frozen=True, slots=True)
class Ban:
    """Forbids a user an operation on one topic or group. All others but super users lose it too."""

    user: str
    operation: Literal["all", "read", "write"]
    kind: Literal["topic", "group"]
    name: str


async def impose(address: str, ban: Ban) -> None:
    """Let `ban` hold from now on."""
    answer = await _ask(address, CreateAclsRequest(*_rule(ban)))
    _check(answer.creation_responses)


async def lift(address: str, ban: Ban) -> None:
    """Let `ban` hold no more."""
    answer = await _ask(address, DeleteAclsRequest(*_rule(ban)))
    _check((code, message) for code, message, _ in answer.filter_responses)


def _rule(ban: Ban) -> tuple[int | str, ...]:
    user, operation, kind, name = astuple(ban)
    return (
        _RESOURCES[kind],
        name,
        _LITERAL,
        f"User:{user}",
        "*",
        _OPERATIONS[operation],
        _DENY,
    )


async def _ask(address: str, request: Any) -> Any:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        return await admin._send_request(request)  # noqa: SLF001 - there is no public call for it
    finally:
        await admin.close()


def _check(results: Any) -> None:
    for code, message in results:
        if code:
            raise for_code(code)(message)
