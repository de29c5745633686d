"""TCP ports on loopback that nobody uses."""

import random
import socket

_FIRST, _LAST = 20_000, 29_999
"""Below the ports that systems hand out to outgoing connections: a port that is free for a moment,
because its server is being restarted, must not be taken by a client that tries to reach it."""


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free now, and probably stays so until its server listens."""
    for port in random.sample(range(_FIRST, _LAST), 200):
        if is_free(port):
            return port
    msg = f"no free TCP port between {_FIRST} and {_LAST} on 127.0.0.1"
    raise OSError(msg)
