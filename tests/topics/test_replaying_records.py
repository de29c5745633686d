from dataclasses import replace

from tests.records import SEED_BODY, incoming
from topics.cloudevents import Envelope, ReplayMode, unwrap
from topics.names import INCIDENT_BACKFILL
from topics.record import Record
from topics.replaying import replayed


def read_back(mode: ReplayMode | None, original: Record) -> Envelope:
    sent = replayed(original, "r-1", mode)
    again = replace(original, topic=sent.topic, headers=sent.headers)
    return unwrap(again)[0]


def test_the_record_is_unchanged_but_for_who_sends_it_again() -> None:
    original = incoming(SEED_BODY, (("ce_id", b"e-1"), ("x", None), ("x", b"2")))
    sent = replayed(original, "r-1", None)
    assert (sent.topic, sent.key, sent.value) == (INCIDENT_BACKFILL, b"camera1", SEED_BODY)
    assert sent.headers == (*original.headers, ("ce_replayid", b"r-1"))
    assert sent.timestamp is None


def test_a_replay_of_a_replay_says_the_last_one() -> None:
    first = incoming(SEED_BODY, (("CE_ReplayId", b"r-0"), ("clip_replay_mode", b"force")))
    assert read_back(None, first).replay_id == "r-1"
    assert read_back(None, first).replay is None


def test_workers_read_what_is_wanted() -> None:
    assert read_back(ReplayMode.FORCE, incoming(SEED_BODY)).replay is ReplayMode.FORCE
    assert read_back(ReplayMode.REPUBLISH, incoming(SEED_BODY)).replay is ReplayMode.REPUBLISH
    assert read_back(None, incoming(SEED_BODY)) == Envelope(carried=(("ce_replayid", b"r-1"),))


def test_a_mode_without_a_replay_or_of_another_version_means_nothing() -> None:
    for headers in [
        (("clip_replay_mode", b"force"),),
        (("clip_replay_mode", b"explode"), ("ce_replayid", b"r")),
    ]:
        assert unwrap(incoming(SEED_BODY, headers))[0].replay is None
