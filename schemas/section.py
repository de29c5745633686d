"""What every section of the configuration is: unknown keys are refused, nothing changes."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")
