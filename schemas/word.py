"""A closed list of words that events are written in, each with its meaning."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """Base of our closed lists. A member is its word as written; `meaning` is a sentence for people."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Self:
        """A member declared as `NAME = "word", "Meaning."`."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member
