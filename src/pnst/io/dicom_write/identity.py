"""UIDs made from the content (2.25 and a name-based UUID, PS3.5 B.2), never from a clock or chance."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pydicom.uid import UID

from pnst.io.dicom_write.style import DicomStyle
from pnst.io.digest import digest
from pnst.study import Study

_NAMESPACE = uuid.UUID("6f2d9a52-6f1c-5b3e-9d59-5f7b0c1e4a10")


@dataclass(frozen=True)
class Identity:
    """The UIDs that the objects of one written study share."""

    case_id: str
    study: UID
    frame_of_reference: UID

    @classmethod
    def of(cls, study: Study, style: DicomStyle) -> Identity:
        """Made from the case id, the digests of all series and the style: other objects never share a UID."""
        content = [study.case_id, *(f"{role} {digest(series.volume)}" for role, series in study.series.items())]
        content += [style.vendor or "", "enhanced"] if style.enhanced else [style.vendor] if style.vendor else []
        return cls(study.case_id, uid("study", *content), uid("frame of reference", *content))


def uid(*words: str) -> UID:
    """The UID that stands for these words."""
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, chr(31).join(words)).int}")
