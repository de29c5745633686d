"""Puts the list of chapters into a file that ffmpeg wrote, before it is proven and hashed."""

import os
from pathlib import Path

from processors.adapters.disk_errors import output_errors
from processors.errors import Mp4Error
from processors.mp4.chapters import Chapters, put_list
from processors.mp4.parts import top_boxes


def mark_chapters(clip: Path, chapters: Chapters) -> None:
    """Write `chapters` where `clip` has room for them; a clip without room is left as it is."""
    if not chapters:
        return
    with output_errors("the clip could not be marked"), clip.open("r+b") as file:
        handle = file.fileno()
        try:
            for top in top_boxes(
                lambda at, length: os.pread(handle, length, at), os.fstat(handle).st_size
            ):
                if top.kind == b"moov" and (marked := put_list(top.data, chapters)):
                    os.pwrite(handle, marked, top.start)
        except Mp4Error:
            return  # the proof says what is wrong with it
