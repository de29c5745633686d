"""The one question that tells whether a broker is up, who is in the cluster.

An open port is not enough: Apache Kafka listens seconds before it can answer.
"""

import socket
import struct

_API_KEY, _API_VERSION, _CORRELATION = 3, 4, 7
_REQUEST = struct.pack(">hhihib", _API_KEY, _API_VERSION, _CORRELATION, -1, 0, 0)
"""Metadata v4 without a client id, about no topic, creating none."""


def brokers_up(address: str, timeout: float = 1.0) -> int:
    """How many brokers the cluster at `address` (host:port) says it has; 0 when it does not answer."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout) as link:
            link.sendall(struct.pack(">i", len(_REQUEST)) + _REQUEST)
            (size,) = struct.unpack(">i", _receive(link, 4))
            return _count(_receive(link, size))
    except (OSError, EOFError, struct.error):
        return 0


def _count(answer: bytes) -> int:
    correlation, _throttle, brokers = struct.unpack_from(">iii", answer)
    return int(brokers) if correlation == _CORRELATION else 0


def _receive(link: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = link.recv(size - len(got))
        if not part:
            raise EOFError
        got += part
    return got
