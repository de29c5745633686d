"""A camera and its recorder: writes the files that MediaMTX v1.20 writes, without either of them.

The picture is encoded once and its packets are looped, so a camera costs almost no CPU. What the
recorder does with them (parts, segments, names, the `mtxi` box) follows bluenviron/mediamtx
internal/recorder and mediacommon pkg/formats/fmp4.
"""
