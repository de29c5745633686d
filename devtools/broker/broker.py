"""What every broker of ours can do. Plain blocking calls: tests and scripts start and kill them."""

import os
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from devtools.broker.metadata import brokers_up
from devtools.child import Child
from devtools.port import free_port, is_free


class BrokerError(Exception):
    """A broker cannot run here; the text says what to do."""


class Broker(Protocol):
    """A broker on loopback that can be started, stopped and killed again and again.

    The address stays the same. As a context manager it is started and stopped.
    """

    name: str
    durable: bool
    """Whether acknowledged records survive its end."""

    @property
    def address(self) -> str:
        """host:port for clients."""
        ...

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        ...

    def start(self) -> None:
        """Returns when it answers clients; raises `BrokerError` if it does not."""
        ...

    def stop(self) -> None:
        """Ends it in order."""
        ...

    def kill(self) -> None:
        """Ends it as a crash does (SIGKILL)."""
        ...

    def restart(self) -> None:
        """Stops it in order and starts it again."""
        ...


class Managed(ABC):
    """A `Broker` that is started and stopped as a context manager."""

    @abstractmethod
    def start(self) -> None:
        """Returns when it answers clients; raises `BrokerError` if it does not."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it in order."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()


class ChildBroker(Managed):
    """A broker that is one child process. Its log is `broker.log` in `folder`."""

    name: str
    durable: bool
    start_timeout = 60.0

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._child: Child | None = None

    @abstractmethod
    def command(self) -> tuple[list[str | Path], dict[str, str]]:
        """Argv and additions to the environment of a start; may prepare `folder`."""

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._child is not None and self._child.running

    def launch(self) -> None:
        """Starts the process and returns at once; `await_answer` follows."""
        if self.running:
            return
        if not is_free(self.port):
            raise BrokerError(
                f"{self.name} cannot start: {self.address} is taken by another program"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        argv, env = self.command()
        self._child = Child(argv, env={**os.environ, **env}, log=self.folder / "broker.log")

    def await_answer(self, brokers: int = 1) -> None:
        """Returns when the cluster answers and knows that many brokers."""
        for _ in range(int(self.start_timeout * 20)):
            if brokers_up(self.address) >= brokers:
                return
            if self._child is None or self._child.wait(0.05) is not None:
                break
        said = self._child.tail() if self._child else ""
        self.kill()
        raise BrokerError(f"{self.name} does not answer at {self.address}; it said:\n{said}")

    def start(self) -> None:
        """Returns when it answers clients; raises `BrokerError` if it does not."""
        self.launch()
        self.await_answer()

    def stop(self) -> None:
        """Ends it in order."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """Ends it as a crash does (SIGKILL)."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def restart(self) -> None:
        """Stops it in order and starts it again."""
        self.stop()
        self.start()
