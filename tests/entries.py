"""Sample entry boxes made by hand."""

import struct


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def picture(kind: bytes, config: bytes, *, width: int = 640, height: int = 360) -> bytes:
    fields = struct.pack(">6xH16xHH50x", 1, width, height)
    name = {b"avc1": b"avcC", b"avc3": b"avcC"}.get(kind, b"hvcC")
    return box(kind, fields, box(name, config))


AVC_CONFIG = bytes.fromhex("0142c01effe1000467 42c01e 0100 0268ce".replace(" ", ""))
AVC = picture(b"avc1", AVC_CONFIG)
_ESDS = bytes.fromhex(
    "0000000003190001000411401500000000007d0000007d000502118806 0102".replace(" ", "")
)
AAC = box(b"mp4a", struct.pack(">6xH8xHH4xI", 1, 1, 16, 48_000 << 16), box(b"esds", _ESDS))
