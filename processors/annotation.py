"""The annotation files of a clip: one answer in three notations, and the way back from JSON."""

import yaml
from pydantic import ValidationError

from processors.annotation_text import as_text
from schemas.clip import ClipCompleted

# libyaml writes the same as PyYAML itself in a fifth of the time; PyYAML can be built without it.
_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def render(answer: ClipCompleted) -> dict[str, bytes]:
    """What goes into the file of each ending: `json`, `yaml` and `txt`, all UTF-8."""
    written = yaml.dump(
        answer.model_dump(mode="json"),
        Dumper=_DUMPER,
        sort_keys=False,
        allow_unicode=True,
        encoding="utf-8",
    )
    return {
        "json": answer.model_dump_json(indent=2).encode() + b"\n",
        "yaml": bytes(written),
        "txt": as_text(answer).encode(),
    }


def read(written: bytes) -> ClipCompleted | None:
    """The answer in a JSON annotation file of any version; None if it does not hold a whole one."""
    try:
        return ClipCompleted.model_validate_json(written)
    except ValidationError:
        return None
