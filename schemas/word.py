"""A closed list of words that events are written in, each with its meaning."""

from enum import StrEnum
from typing import Self

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Word(StrEnum):
    """Base of our closed lists. A member is its word as written; `meaning` is a sentence for people."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Self:
        """A member declared as `NAME = "word", "Meaning."`."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The enum with all meanings in its description, where every tool shows them."""
        schema = handler(core_schema)
        meanings = [f"`{word}`: {word.meaning}" for word in cls]
        handler.resolve_ref_schema(schema)["description"] = "\n".join(
            (cls.__doc__ or "", *meanings)
        )
        return schema
