"""Every setting of a run: one model a stage, TOML in and out."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, ValidationError

from pnst.classification.settings import AssessSettings, EvaluateSettings, TrainSettings
from pnst.errors import SettingError
from pnst.measurement.growth.settings import CompareSettings
from pnst.measurement.settings import MeasureSettings
from pnst.preprocessing.settings import PreprocessSettings
from pnst.segmentation.outside import SegmentSettings, StructureSettings
from pnst.stage_settings import StageSettings, first_error
from pnst.toml_file import TomlError, read_toml


class _Tables(StageSettings):
    """Settings of several stages: one table a stage in a TOML file."""

    remedy: ClassVar[str]
    """What to do about a file that cannot be used."""

    @classmethod
    def from_toml(cls, file: str | PathLike[str]) -> Self:
        """Read a TOML file; unknown keys and values out of range raise `SettingError`."""
        path = Path(file)
        try:
            return cls.model_validate(read_toml(path))
        except TomlError as error:
            raise cls._refusal(path, str(error), "a TOML file in UTF-8") from error
        except ValidationError as error:
            raise cls._refusal(path, first_error(error), "known keys with values in their range") from error

    @classmethod
    def _refusal(cls, path: Path, got: str, expected: str) -> SettingError:
        return SettingError(f"cannot use the settings in {path.name!r}", got=got, expected=expected, remedy=cls.remedy)


class RunSettings(_Tables):
    """Every setting of a run: one table a stage in the TOML file."""

    remedy: ClassVar[str] = "start from the settings.toml that a run leaves beside its outputs"

    preprocess: PreprocessSettings = Field(default_factory=PreprocessSettings)
    structures: StructureSettings = Field(default_factory=StructureSettings)
    segment: SegmentSettings = Field(default_factory=SegmentSettings)
    measure: MeasureSettings = Field(default_factory=MeasureSettings)
    assess: AssessSettings = Field(default_factory=AssessSettings)

    def with_prior(self, prior: float) -> RunSettings:
        """These settings with another prior; `SettingError` when it is no probability.

        >>> RunSettings().with_prior(0.05).assess.prior
        0.05
        """
        try:
            return self.model_copy(update={"assess": AssessSettings(**{**self.assess.model_dump(), "prior": prior})})
        except ValidationError as error:
            raise SettingError(
                "the prior is not usable",
                got=f"{prior:g}",
                expected="a probability above 0 and below 1",
                remedy="give the share of malignant lesions among those you would measure",
            ) from error

    def with_preprocessing(self, correct_bias: bool | None = None, align: str | None = None) -> RunSettings:
        """These settings with shading corrected or not, and other series aligned, each where it is not None;
        `SettingError` for others than none, diffusion and all.
        """
        asked = {name: value for name, value in (("correct_bias", correct_bias), ("align", align)) if value is not None}
        try:
            preprocess = PreprocessSettings(**self.preprocess.model_dump() | asked)
        except ValidationError as error:
            raise SettingError(
                "these series cannot be aligned",
                got=str(align),
                expected="none, diffusion or all",
                remedy="name one of them",
            ) from error
        return self.model_copy(update={"preprocess": preprocess})

    def to_toml(self) -> str:
        """The effective settings, defaults included; what is unset is left out."""
        import tomli_w

        return tomli_w.dumps(self.model_dump(exclude_none=True))


class GrowthSettings(RunSettings):
    """Every setting of a comparison of dates: those of a run, and how lesions are followed."""

    compare: CompareSettings = Field(default_factory=CompareSettings)


class LearnSettings(_Tables):
    """Every setting of training and evaluating: one table a stage in the TOML file."""

    remedy: ClassVar[str] = (
        "write the tables [train], [evaluate] and [assess] alone; of the settings.toml that a run leaves, [assess]"
    )

    train: TrainSettings = Field(default_factory=TrainSettings)
    evaluate: EvaluateSettings = Field(default_factory=EvaluateSettings)
    assess: AssessSettings = Field(default_factory=AssessSettings)

    def changed(self, **tables: Mapping[str, object]) -> LearnSettings:
        """These settings with some of a table's keys replaced: `changed(train={"folds": 10})`.

        Raises `SettingError` for a key or value that cannot be.

        >>> LearnSettings().changed(train={"folds": 10}).train.folds
        10
        """
        old = self.model_dump()
        try:
            return LearnSettings.model_validate(old | {name: {**old[name], **keys} for name, keys in tables.items()})
        except ValidationError as error:
            got = first_error(error)
            raise SettingError(
                "a setting is not usable", got=got, expected="a value in its range", remedy="correct it"
            ) from error
