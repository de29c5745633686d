"""Sample entries: what a decoder must know, inside `stsd`."""

import struct

from devtools.camera.loop import LoopTrack

_VIDEO = {"h264": (b"avc1", b"avcC"), "hevc": (b"hvc1", b"hvcC")}
_VIDEO_RATE, _AUDIO_RATE = 1_000_000, 128_825
"""Bits per second that the recorder writes whatever the stream really has."""


def sample_entry(track: LoopTrack, width: int, height: int) -> bytes:
    """The sample entry box of `track`."""
    if track.codec in _VIDEO:
        return _video(track, width, height)
    kind, config = (
        (b"mp4a", _esds(track.config)) if track.codec == "aac" else (b"Opus", _dops(track.config))
    )
    fields = struct.pack(">6xH8xHHHHI", 1, 1, 16, 0, 0, track.timescale << 16)
    return _box(kind, fields, config, _btrt(_AUDIO_RATE))


def _video(track: LoopTrack, width: int, height: int) -> bytes:
    kind, config = _VIDEO[track.codec]
    fields = struct.pack(">6xH16xHH", 1, width, height)
    fields += struct.pack(">IIIH32xHh", 0x480000, 0x480000, 0, 1, 24, -1)
    return _box(kind, fields, _box(config, track.config), _btrt(_VIDEO_RATE))


def _esds(config: bytes) -> bytes:
    specific = config[:2]  # without the encoder's remark that there is no SBR
    decoder = struct.pack(">BB3xII", 0x40, 0x15, _AUDIO_RATE, _AUDIO_RATE)
    decoder += _descriptor(5, specific)
    stream = struct.pack(">HB", 2, 0) + _descriptor(4, decoder) + _descriptor(6, b"\2")
    return _box(b"esds", bytes(4), _descriptor(3, stream))


def _dops(head: bytes) -> bytes:
    """`head` is an OpusHead, which counts the other way round than MP4."""
    channels, skip, rate, gain = struct.unpack_from("<BHIh", head, 9)
    return _box(b"dOps", struct.pack(">BBHIhB", 0, channels, skip, rate, gain, 0))


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x80, 0x80, 0x80, len(content))) + content


def _btrt(rate: int) -> bytes:
    return _box(b"btrt", struct.pack(">III", 0, rate, rate))


def _box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body
