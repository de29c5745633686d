"""The configuration file as a tree: YAML, strictly. What YAML would forgive, people regret.

A key that stands twice is refused (YAML takes the last one silently). A section without any key, as
commenting keys out leaves it, is as good as absent.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml


class ConfigFileError(ValueError):
    """The file cannot be read; `str()` names the place and the fix."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, but for keys that stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[object, int] = {}
        for key_node, _ in node.value:
            line = key_node.start_mark.line + 1
            if key_node.value in seen:
                msg = (
                    f"line {line}: {key_node.value} stands there already in line "
                    f"{seen[key_node.value]}: leave one"
                )
                raise ConfigFileError(msg)
            if isinstance(key_node, yaml.ScalarNode):
                seen[key_node.value] = line
        return super().construct_mapping(node, deep=deep)


def read_config(path: Path) -> dict[str, Any]:
    """The sections in the file at `path`; raises `ConfigFileError`."""
    try:
        # The loader is a safe one: it makes plain values only.
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except OSError as exc:
        raise ConfigFileError(f"{path}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigFileError(f"{path}: is not UTF-8 (byte {exc.start}): save it as UTF-8") from exc
    except ConfigFileError as exc:
        raise ConfigFileError(f"{path}: {exc}") from exc
    except yaml.MarkedYAMLError as exc:
        where = f"line {exc.problem_mark.line + 1}: " if exc.problem_mark else ""
        raise ConfigFileError(f"{path}: {where}{exc.problem}: is no YAML") from exc
    except yaml.YAMLError as exc:
        raise ConfigFileError(f"{path}: is no YAML: {exc}") from exc
    if tree is None:
        return {}
    if not isinstance(tree, dict) or not all(isinstance(key, str) for key in tree):
        raise ConfigFileError(
            f"{path}: write sections with keys below them, for example `kafka:` and then "
            "`  bootstrap_servers: 127.0.0.1:9092`"
        )
    return {name: section for name, section in tree.items() if section is not None}
