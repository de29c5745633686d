"""The processes of the pool, from the inside: one that everything is imported in, and its children.

The parent of them all (`cutter_fork` starts it) is single-threaded, so forking it is safe and takes
milliseconds. A byte and a socket on its control socket ask for a child, which then serves that
socket: a pickled call comes in, its pickled outcome goes out. Signals for the whole program are
ignored, since who uses the pool ends it. A child dies when the parent does, and the parent when its
control socket ends: nothing is left behind, however the program ended.
"""

import ctypes
import gc
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import processors.adapters.splicer  # noqa: F401 -- once, for all children
from processors.adapters.courtesy import NICENESS
from processors.errors import ClipError, CutError

LENGTH = 8
"""Bytes, big-endian, that say how many of an answer follow."""
MEMORY = 1 << 30
"""Bytes of its own that a process may have: a clip of ten minutes needs 0.1 of them. A file is mapped
beside them, so this bounds what tables of a hostile file take, and not the size of clips."""

_PR_SET_PDEATHSIG = 1


def main(control: socket.socket) -> None:
    """Fork a child for each socket that comes in, until `control` ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    os.nice(NICENESS)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))
    gc.collect()
    gc.freeze()  # else the first collection in a child would copy all of it
    while True:
        _, handles, _, _ = socket.recv_fds(control, 1, 1)
        if not handles:
            return
        parent = os.getpid()
        child = os.fork()
        if not child:
            control.close()
            _live(socket.socket(fileno=handles[0]), parent)
        os.close(handles[0])
        control.sendall(child.to_bytes(LENGTH, "big"))


def _live(line: socket.socket, parent: int) -> NoReturn:
    """All that a child does."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _die_with(parent)
        serve(line)
        code = 0
    except OSError:
        pass  # nobody waits for the answer any more
    except BaseException:  # noqa: BLE001 -- a fork must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(code)


def _die_with(parent: int) -> None:
    """Linux ends us with `parent`; elsewhere we end when nobody asks any more."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def serve(line: socket.socket) -> None:
    """Answer what comes in, until nothing does."""
    with line.makefile("rwb") as stream:
        while True:
            try:
                work, args = pickle.load(stream)  # noqa: S301 -- from the process that started us
            except EOFError:
                return
            answer = _outcome(work, args)
            stream.write(len(answer).to_bytes(LENGTH, "big") + answer)
            stream.flush()


def _outcome(work: Callable[..., object], args: tuple[Any, ...]) -> bytes:
    """(True, what `work` gives) or (False, what it raises), pickled."""
    try:
        return pickle.dumps((True, work(*args)))
    except MemoryError:
        error: Exception = CutError(f"it takes more than {MEMORY >> 20} MiB of memory")
    except ClipError as exc:
        error = exc
    except Exception as exc:  # noqa: BLE001 -- raised again by who asked
        exc.add_note("".join(traceback.format_exception(exc)))
        error = exc
    return pickle.dumps((False, error))


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
