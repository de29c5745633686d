"""Writes the contracts down, or says which of them are not what the models say.

python -m devtools.contracts [--check]
"""

import argparse
import json
import re
import sys
from pathlib import Path

import yaml

from devtools.contracts import asyncapi, configuration, dashboard, metrics, tables
from devtools.contracts.events import EVENTS, json_schema
from streams.http import openapi

ROOT = Path(__file__).resolve().parents[2]
_PAGE = ROOT / "docs/contracts.md"
_NOTE = "# Written by `make contracts` from the models; edit those.\n"
_SECTION = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def files() -> dict[Path, str]:
    """Every file of the contracts as it should be."""
    schemas = {
        ROOT / f"schemas/published/{event.topic}.json": json.dumps(
            json_schema(event), indent=2, ensure_ascii=False
        )
        + "\n"
        for event in EVENTS
    }
    document = yaml.safe_dump(asyncapi.document(), sort_keys=False, allow_unicode=True, width=100)
    return {
        **schemas,
        ROOT / "topics/asyncapi.yaml": _NOTE + document,
        ROOT / "deploy/grafana/dashboards/incident-clips.json": dashboard.document(),
        ROOT / "docs/metrics.md": metrics.page(),
        ROOT / "config.example.yaml": configuration.example(),
        ROOT / configuration.SCHEMA: json.dumps(configuration.json_schema(), indent=2) + "\n",
        ROOT / "docs/openapi.json": json.dumps(openapi.document(), indent=2, ensure_ascii=False)
        + "\n",
        _PAGE: page(_PAGE.read_text()),
    }


def page(text: str) -> str:
    """The page with its generated parts written anew; what stands around them stays."""
    sections = tables.sections()
    missing = set(sections) - {found[2] for found in _SECTION.finditer(text)}
    if missing:
        msg = f"docs/contracts.md has no place for {sorted(missing)}"
        raise ValueError(msg)
    return _SECTION.sub(lambda found: f"{found[1]}\n{sections[found[2]]}\n\n{found[3]}", text)


def stale() -> list[Path]:
    """The files that are missing or not as they should be."""
    return [path for path, text in files().items() if not path.exists() or path.read_text() != text]


def main() -> int:
    """Exit code 1 if `--check` finds anything."""
    parser = argparse.ArgumentParser(prog="contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, say what differs")
    check = parser.parse_args().check
    differing = stale()
    for path in differing:
        print(f"{'differs' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files()[path])
    if check and differing:
        print("run `make contracts` and commit what it writes")
    return int(check and bool(differing))


if __name__ == "__main__":
    sys.exit(main())
