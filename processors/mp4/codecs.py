"""The `codecs` parameter of `video/mp4`, as browsers and MSE want it.

Sources: RFC 6381; ISO/IEC 14496-15 annex E (avc1, hvc1); the AV1 and VP9 bindings to ISO BMFF.
"""

from collections.abc import Callable

from processors.mp4.movie import Movie

COPIED_SOUND = frozenset({"mp4a", "Opus", ".mp3", "ac-3", "ec-3", "fLaC"})
"""Sample entries that an MP4 file may hold and browsers may play; other sound becomes AAC."""

_AAC = 0x40
"""MPEG-4 object type of a sample entry `mp4a`: then the AudioSpecificConfig says more."""
_MP3 = frozenset({0x69, 0x6B})
"""The same of MPEG-2 and MPEG-1 layer 3. Chromium and Firefox both know them by the name of mp3 only."""
_ESCAPE = 31


def mime_codecs(movie: Movie) -> str | None:
    """For example `avc1.64001f, mp4a.40.2`; None where a track has a codec that we cannot name."""
    tracks = [track for kind in ("video", "audio") if (track := movie.track(kind))]
    names = [codec_name(track.format, track.config) for track in tracks]
    return ", ".join(name for name in names if name) if all(names) else None


_PLAIN = {"Opus": "opus", "fLaC": "flac", ".mp3": "mp3", "ac-3": "ac-3", "ec-3": "ec-3"}


def codec_name(form: str, config: bytes) -> str | None:
    """The name of one track's codec, by its sample entry and decoder configuration."""
    if form in _PLAIN:
        return _PLAIN[form]
    describe = _DESCRIBED.get(form)
    return describe(form, config) if describe else None


def _avc(entry: str, config: bytes) -> str | None:
    return f"{entry}.{config[1:4].hex()}" if len(config) >= 4 else None


def _hevc(entry: str, config: bytes) -> str | None:
    if len(config) < 13:
        return None
    space = ("", "A", "B", "C")[config[1] >> 6]
    # The 32 flags are written in reverse bit order, the 6 constraint bytes without trailing zeros.
    flags = int(f"{int.from_bytes(config[2:6], 'big'):032b}"[::-1], 2)
    tier = "H" if config[1] & 0x20 else "L"
    constraints = config[6:12].rstrip(b"\0")
    parts = [f"{space}{config[1] & 0x1F}", f"{flags:X}", f"{tier}{config[12]}"]
    return ".".join([entry, *parts, *(f"{byte:X}" for byte in constraints)])


def _mp4a(entry: str, config: bytes) -> str | None:
    """`config` is the object type and, of AAC, the AudioSpecificConfig."""
    if config and config[0] in _MP3:
        return "mp3"
    if config and config[0] != _AAC:
        return f"{entry}.{config[0]:02X}"
    if len(config) < 3:
        return None
    kind = config[1] >> 3
    if kind == _ESCAPE:
        kind = 32 + ((config[1] & 7) << 3 | config[2] >> 5)
    return f"{entry}.40.{kind}"


def _av1(entry: str, config: bytes) -> str | None:
    if len(config) < 3:
        return None
    profile, level = config[1] >> 5, config[1] & 0x1F
    tier = "H" if config[2] & 0x80 else "M"
    deep, twelve = config[2] & 0x40, config[2] & 0x20
    depth = (12 if twelve else 10) if deep and profile == 2 else (10 if deep else 8)
    return f"{entry}.{profile}.{level:02d}{tier}.{depth:02d}"


def _vp9(entry: str, config: bytes) -> str | None:
    if len(config) < 7:
        return None
    return f"{entry}.{config[4]:02d}.{config[5]:02d}.{config[6] >> 4:02d}"


_DESCRIBED: dict[str, Callable[[str, bytes], str | None]] = {
    "avc1": _avc,
    "avc3": _avc,
    "hvc1": _hevc,
    "hev1": _hevc,
    "mp4a": _mp4a,
    "av01": _av1,
    "vp09": _vp9,
}
