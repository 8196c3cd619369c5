"""Every setting of a run: one model a stage, TOML in and out."""

from __future__ import annotations

import tomllib
from os import PathLike
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pnst.classification.settings import AssessSettings
from pnst.errors import SettingError
from pnst.measurement.settings import MeasureSettings


class RunSettings(BaseModel):
    """Every setting of a run: one table a stage in the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: MeasureSettings = Field(default_factory=MeasureSettings)
    assess: AssessSettings = Field(default_factory=AssessSettings)

    @classmethod
    def from_toml(cls, file: str | PathLike[str]) -> RunSettings:
        """Read a TOML file; unknown keys and values out of range raise `SettingError`."""
        path = Path(file)
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise _bad_settings(path, error.strerror or "it cannot be opened", "a TOML file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _bad_settings(path, str(error), "valid TOML") from error
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise _bad_settings(path, f"{key}: {first['msg']}", "known keys with values in their range") from error

    def with_prior(self, prior: float) -> RunSettings:
        """These settings with another prior; `SettingError` when it is no probability."""
        try:
            return self.model_copy(update={"assess": AssessSettings(**{**self.assess.model_dump(), "prior": prior})})
        except ValidationError as error:
            raise SettingError(
                "the prior is not usable",
                got=f"{prior:g}",
                expected="a probability above 0 and below 1",
                remedy="give the share of malignant lesions among those you would measure",
            ) from error

    def to_toml(self) -> str:
        """The effective settings, defaults included; what is unset is left out."""
        import tomli_w

        return tomli_w.dumps(self.model_dump(exclude_none=True))


def _bad_settings(path: Path, got: str, expected: str) -> SettingError:
    return SettingError(
        f"cannot use the settings in {path.name!r}",
        got=got,
        expected=expected,
        remedy="start from the settings.toml that a run leaves beside its outputs",
    )
