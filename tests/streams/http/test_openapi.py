"""The published interface: a valid document, and answers that are all in it, whatever is asked."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from streams.http import openapi
from streams.http.server import build
from tests.door import Client, Door

# Left out: readers are tolerant on purpose (a number where a text is wanted), and JSON Schema
# cannot say that there is no 30th of February. There is no authentication to ignore.
_LEFT_OUT = "positive_data_acceptance,negative_data_rejection,ignored_auth"
_ST = shutil.which("st", path=os.pathsep.join([str(Path(sys.executable).parent), os.defpath]))


def test_the_document_is_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(openapi.document()).validate()


def test_every_address_for_clients_is_in_the_document(door: Door) -> None:
    served = {resource.canonical for resource in build(door.parts()).router.resources()}
    pages = {
        path
        for path in served
        if path.startswith(("/docs", "/watch")) or path in {"/", "/openapi.json"}
    }
    assert served - pages == set(openapi.document()["paths"])


@pytest.mark.skipif(_ST is None, reason="schemathesis is not installed")
def test_no_request_gets_a_server_error_or_an_answer_that_is_not_in_the_document(
    door: Door,
) -> None:
    door.publish("a")

    async def work(client: Client) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            str(_ST),
            "run",
            str(client.make_url("/openapi.json")),
            *("--checks", "all", "--exclude-checks", _LEFT_OUT),
            *("--max-examples", "15", "--seed", "1", "--suppress-health-check", "all"),
            "--no-color",
            stdout=asyncio.subprocess.PIPE,
            cwd=door.root,
        )
        said, _ = await process.communicate()
        return process.returncode, said.decode()

    code, said = door.ask(work)
    assert code == 0, said
