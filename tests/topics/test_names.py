import ast
import re
from pathlib import Path

from topics.names import all_topics, dead_letters_of

ROOT = Path(__file__).parents[2]
SPELLING = re.compile(r"(incident|clip)\.[a-z]+\.v[0-9]+")


def test_there_is_a_topic_for_everything_that_is_said() -> None:
    assert [topic.name for topic in all_topics(12)] == [
        "incident.reported.v1",
        "incident.reported.v1.dlq",
        "incident.backfill.v1",
        "incident.backfill.v1.dlq",
        "incident.retry.v1",
        "incident.retry.v1.dlq",
        "clip.completed.v1",
        "clip.status.v1",
        "incident.group.v1",
    ]


def test_every_consumed_topic_and_no_other_has_dead_letters() -> None:
    names = {topic.name for topic in all_topics(1)}
    consumed = {topic.name for topic in all_topics(1) if topic.consumed}
    assert {name for name in names if name.endswith(".dlq")} == set(map(dead_letters_of, consumed))


def test_all_have_the_partitions_that_were_asked_for() -> None:
    assert {topic.partitions for topic in all_topics(7)} == {7}


def test_only_the_status_is_compacted_and_it_has_no_age() -> None:
    assert [t.name for t in all_topics(1) if t.compacted] == ["clip.status.v1"]
    assert all(t.retention_ms is None for t in all_topics(1) if t.compacted)


def test_a_dead_letter_has_room_for_any_input_and_is_kept_without_regard_to_its_age() -> None:
    topics = {topic.name: topic for topic in all_topics(1)}
    for topic in topics.values():
        if topic.consumed:
            dead = topics[dead_letters_of(topic.name)]
            biggest = int(topic.configs["max.message.bytes"])
            assert int(dead.configs["max.message.bytes"]) >= biggest
            assert dead.retention_ms is None
            assert topic.configs["message.timestamp.type"] == "LogAppendTime"


def test_names_are_legal_for_kafka_and_do_not_collide_in_its_metrics() -> None:
    for topic in all_topics(1):
        assert re.fullmatch(r"[a-z0-9.-]{1,249}", topic.name)


def test_topic_names_are_spelled_in_one_place() -> None:
    files = [
        path
        for package in ("schemas", "topics", "processors", "streams", "devtools")
        for path in (ROOT / package).rglob("*.py")
        # The chaos verdict counts from outside: it believes nothing that the product says.
        if path not in (ROOT / "topics/names.py", ROOT / "devtools/chaos/verdict.py")
    ]
    strays = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files
        for node in _strings(ast.parse(path.read_text()))
        if SPELLING.search(str(node.value))
    }
    assert not strays


def _strings(tree: ast.AST) -> list[ast.Constant]:
    """String constants, without docstrings and other strings that stand alone."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]
