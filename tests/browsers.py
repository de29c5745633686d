"""Real browsers without a window: Chromium by Playwright, Firefox by WebDriver BiDi."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from aiohttp import ClientSession, ClientWebSocketResponse
from playwright.sync_api import Page, sync_playwright

from devtools.child import Child
from tests.background import Background
from tests.needed import missing

_PATIENCE = 20.0
_CALL = "async (text) => JSON.stringify(await ({function})(...JSON.parse(text)) ?? null)"
"""Arguments and result travel as JSON: it is the same in both."""


class Browser(Protocol):
    """One page."""

    def visit(self, address: str) -> None:
        """Open `address` and wait until it is loaded."""
        ...

    def call(self, function: str, *arguments: Any) -> Any:
        """What a JavaScript function makes of `arguments` in the page; its promise is awaited."""
        ...


class Chromium:
    """A page of Chromium; `page` can do more than the others."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def visit(self, address: str) -> None:
        """Open `address`."""
        self.page.goto(address)

    def call(self, function: str, *arguments: Any) -> Any:
        """Call `function`."""
        wrapped = _CALL.replace("{function}", function)
        return json.loads(self.page.evaluate(wrapped, json.dumps(arguments)))


class Firefox:
    """A page of Firefox."""

    def __init__(self, loop: Background, socket: ClientWebSocketResponse) -> None:
        self._loop = loop
        self._socket = socket
        self._ids = count(1)
        self._send("session.new", capabilities={})
        self._page = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def visit(self, address: str) -> None:
        """Open `address`."""
        self._send("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def call(self, function: str, *arguments: Any) -> Any:
        """Call `function`."""
        answer = self._send(
            "script.callFunction",
            functionDeclaration=_CALL.replace("{function}", function),
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._page},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def _send(self, method: str, **parameters: Any) -> Any:
        return self._loop.run(self._answer(method, parameters), _PATIENCE)

    async def _answer(self, method: str, parameters: dict[str, Any]) -> Any:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while (said := await self._socket.receive_json()).get("id") != number:
            pass
        assert said["type"] == "success", said
        return said["result"]


def find(*names: str) -> str:
    """The program of a browser; skips the test where there is none, fails it in CI."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"{names[0]} is not installed")
    return found


@contextmanager
def chromium() -> Iterator[Chromium]:
    """A page of an installed Chromium."""
    program = find("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield Chromium(browser.new_page())
        finally:
            browser.close()


@contextmanager
def firefox(loop: Background, folder: Path) -> Iterator[Firefox]:
    """A page of an installed Firefox; `folder` is for its profile and its log."""
    program = find("firefox-esr", "firefox")
    (folder / "profile").mkdir()
    argv: list[str | Path] = [program, "--headless", "--no-remote", "--profile", folder / "profile"]
    argv += ["--remote-debugging-port", "0", "about:blank"]
    log = folder / "firefox.log"
    # A home of its own: Firefox refuses one that belongs to somebody else.
    with Child(argv, log=log, env={**os.environ, "HOME": str(folder)}) as child:
        address = loop.run(_listening(child))
        session = loop.run(_session())
        try:
            socket = loop.run(session.ws_connect(f"{address}/session", max_msg_size=0).__aenter__())
            yield Firefox(loop, socket)
            loop.run(_closed(socket))
        finally:
            loop.run(session.close())


async def _listening(child: Child) -> str:
    async with asyncio.timeout(_PATIENCE):
        while True:
            said = re.search(r"BiDi listening on (\S+)", child.log.read_text(errors="replace"))
            if said is not None:
                return said[1]
            assert child.running, child.tail()
            await asyncio.sleep(0.1)


async def _session() -> ClientSession:
    return ClientSession()


async def _closed(socket: ClientWebSocketResponse) -> None:
    await socket.close()
