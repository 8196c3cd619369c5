"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyPath = Annotated[Path, typer.Argument(help="DICOM tree, BIDS dataset or subject, or folder of role-named NIfTI.")]
LesionOption = Annotated[
    str | None,
    typer.Option(
        "--lesion",
        metavar="MASK[:LABEL]",
        help="NIfTI or NRRD mask, DICOM SEG or RTSTRUCT, and one of its labels by name or number (default: all of "
        "them). Without this option, lesion.nii.gz in the study's folder.",
    ),
]
LineOption = Annotated[
    str | None,
    typer.Option(
        "--line",
        metavar="X,Y,Z:X,Y,Z[:X,Y,Z:X,Y,Z]",
        help="Instead of --lesion: the ends of the longest diameter in a slice (RECIST), and those of the short axis, "
        "in RAS mm. The lesion is segmented from it.",
    ),
]
CraniocaudalOption = Annotated[
    str | None,
    typer.Option("--craniocaudal", metavar="LOW,HIGH", help="With --line: the lesion's lowest and highest z, RAS mm."),
]
LinesOption = Annotated[
    str | None,
    typer.Option(
        "--lines",
        metavar="FILE",
        help="Instead of --lesion: lines at several levels, and clicks beside them, as JSON or CSV of pnst, 3D "
        "Slicer's .mrk.json, or a DICOM report (FILE:2,3 for its measurements 2 and 3).",
    ),
]
PointOption = Annotated[
    str | None,
    typer.Option("--point", metavar="X,Y,Z", help="Instead of --lesion: a click about its middle, RAS mm."),
]
BoxOption = Annotated[
    str | None,
    typer.Option(
        "--box",
        metavar="X,Y,Z:X,Y,Z",
        help="Instead of --lesion: the box round it, its lowest x, y, z and its highest, RAS mm.",
    ),
]
ScribblesOption = Annotated[
    str | None,
    typer.Option(
        "--scribbles",
        metavar="FILE",
        help="Instead of --lesion: a label map (NIfTI, NRRD, DICOM SEG) with 1 painted on it and 2 beside it.",
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="A prompt of any kind: JSON or CSV of pnst, 3D Slicer's .mrk.json (lines, points, a box), a DICOM report "
        "of measurements (FILE:2 for its second one), scribbles.",
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="ROLE", help="The series to segment on (default: the first that fits)."),
]
PreviousOption = Annotated[
    str | None,
    typer.Option("--previous", metavar="MASK[:LABEL]", help="With --scribbles: the lesion that they correct."),
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE=SERIES", help="Your word on a series; `pnst inspect` shows the keys."),
]
MaskOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mask",
        metavar="NAME=FILE[:LABEL]",
        help="A mask of muscle or edema, instead of finding it; LABEL is one of the file's regions by name or number: "
        "edema=rt.dcm:GTV_Edema. labels=FILE is a label map of many structures.",
    ),
]
MaskSchemeOption = Annotated[
    str | None,
    typer.Option(
        "--mask-scheme",
        metavar="SCHEME",
        help="With --mask labels=FILE: whose numbers they are, totalspineseg, spineps, totalsegmentator_mr, "
        "sct_spinalcord, … (default: the names or codes in the file).",
    ),
]
StructuresOption = Annotated[
    str | None,
    typer.Option(
        "--structures",
        metavar="PROGRAM",
        help="Start a program that finds cord, vertebrae, muscles …: totalspineseg, spineps, totalsegmentator or sct. "
        "`pnst doctor` says which of them are installed.",
    ),
]
CordLineOption = Annotated[
    str | None,
    typer.Option(
        "--cord-line",
        metavar="FILE|X,Y,Z:X,Y,Z[:…]",
        help="Two or more points along the spinal cord, RAS mm, or their file: 3D Slicer's .mrk.json, or text with "
        "X,Y,Z a line. Cord and canal are found on T2 along it; where they cannot be told, that is an error.",
    ),
]
OverrideOption = Annotated[
    list[str] | None,
    typer.Option("--override", metavar="COLUMN=VALUE", help="Your own reading of a sign: split_fat.present=yes."),
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", metavar="FILE.toml", help="Settings to use.")]
AlignOption = Annotated[
    str | None,
    typer.Option(
        "--align",
        metavar="none|diffusion|all",
        help="Series to move rigidly onto the anatomical one (default diffusion); voxels are never resampled.",
    ),
]
BiasOption = Annotated[
    bool | None,
    typer.Option("--bias/--no-bias", help="Divide the coils' shading out of T1 and T2 (N4; seconds a series)."),
]
PriorOption = Annotated[
    float | None,
    typer.Option(
        "--prior",
        metavar="P",
        help="Probability, before the measurements, of what is asked: of malignancy (default 0.316, the case mix of "
        "published studies), or of schwannoma for location=intradural (default 0.802).",
    ),
]
PatientOption = Annotated[
    str | None,
    typer.Option(
        "--patient",
        metavar="KEY=VALUE,…",
        help="Facts: nf1=yes,age=34,location=limb. location picks the question: limb, trunk, head_neck, plexus, "
        "paraspinal (as where it is not given): malignant or benign; intradural (with level=cervical, thoracic or "
        "lumbar): schwannoma or meningioma; intramedullary, intracranial: no probability. nf1 sets the shares of "
        "schwannoma and neurofibroma; age only warns.",
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", help="A model of `pnst train` (default: the published evidence)."),
]
EvidenceOption = Annotated[
    list[Path] | None,
    typer.Option("--evidence", metavar="DIR", help="What another site counted with `pnst evidence`; may be repeated."),
]
OwnEvidenceOption = Annotated[
    Path | None,
    typer.Option("--own-evidence", metavar="DIR", help="What your own site counted: it updates the published figures."),
]
CaseOption = Annotated[str | None, typer.Option("--case-id", metavar="ID", help="What to call the case in outputs.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for the outputs, named as by `pnst run` (default: -, print)."),
]
KeepOption = Annotated[
    bool,
    typer.Option(
        "--keep-identity", help="Keep what could name the patient: IDs, labels, texts of headers, names of files."
    ),
]
LikeOption = Annotated[
    str | None,
    typer.Option("--like", metavar="PRESET", help="benign or malignant (default benign; with --spec, what it says)."),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Of noise and irregularity (default 0, or that of --spec)."),
]
RealisticOption = Annotated[
    bool,
    typer.Option("--realistic", help="Ringing, displaced fat and distortion as in the clinic (default: none)."),
]
SpecOption = Annotated[
    Path | None,
    typer.Option(
        "--spec", metavar="FILE.toml", help="Parameters to simulate with; description.toml of a study shows the form."
    ),
]
TableOption = Annotated[
    Path | None,
    typer.Option(
        "--table",
        metavar="FILE.csv",
        help="One patient a row: `patient`, `label`, `like`, `seed`, and parameters by their dotted names; vectors as "
        "11;13;22, empty cells for what the preset or --spec says.",
    ),
]
DicomOption = Annotated[bool, typer.Option("--dicom", help="Write DICOM, with the lesion as DICOM SEG.")]
VendorOption = Annotated[
    str | None,
    typer.Option("--vendor", metavar="NAME", help="b-values as this vendor's scanners write them (with --dicom)."),
]
EnhancedOption = Annotated[
    bool, typer.Option("--enhanced", help="One enhanced MR object a series instead of one a slice (with --dicom).")
]
BidsOption = Annotated[bool, typer.Option("--bids", help="Write a BIDS dataset of one subject.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Processes for --table (default: one a core).")
]
