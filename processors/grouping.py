"""When a happening that several cameras saw is answered as a whole. Pure."""

from collections.abc import Sequence

from schemas.clip import ClipCompleted
from schemas.group import GroupClip, IncidentGroup


def whole(answers: Sequence[ClipCompleted]) -> IncidentGroup | None:
    """What to say of the group of `answers` (one a camera); None while some are missing.

    Where the reports differ in how many cameras saw it, the largest number counts.
    """
    sizes = [
        (answer.incident.group.id, answer.incident.group.size)
        for answer in answers
        if answer.incident.group is not None
    ]
    if not sizes:
        return None
    size = max(size for _, size in sizes)
    if len(sizes) < size:
        return None
    return IncidentGroup(
        group_id=sizes[0][0],
        size=size,
        clips=tuple(map(_clip, sorted(answers, key=lambda answer: answer.camera_id))),
        completed_at=max(answer.created_at for answer in answers),
    )


def _clip(answer: ClipCompleted) -> GroupClip:
    video = answer.video
    return GroupClip(
        camera_id=answer.camera_id,
        incident_id=answer.incident.id,
        clip_id=answer.clip_id,
        revision=answer.revision,
        outcome=answer.outcome,
        reason=answer.reason,
        video_path=video.path if video else None,
        download_url=video.download_url if video else None,
        parts=answer.parts,
        actual_start=answer.actual_start,
        actual_end=answer.actual_end,
    )
