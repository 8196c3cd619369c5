"""Roles that series descriptions alone tell, as hospitals and vendors write them; each right role decided by reading.

Witness: a reader's word. "none" is what no measurement uses. A role that needs b-values (dwi) has them in the header.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.image import Grid
from pnst.io.dicom.frame import Frame, FrameDiffusion, Header, Kind, Pixels
from pnst.io.dicom.roles import guess_role
from pnst.io.dicom.stack import Stack
from pnst.study import Acquisition

T1 = """
T1 TSE tra | t1_tse_tra | AX T1 | COR T1 SE | T1W_TSE | sT1W_TSE_SENSE | Ax T1 FSE | SAG T1 FLAIR | t1_mprage_sag
T1 tra post OP | T1 non-enhanced tra | T1 no contrast | T1 tra unenhanced | AX T1 PRE-GAD | T1 tra C-
T1 tse tra (enhanced conversion) | T1 tra kontrastlos | T1 ohne KM | T1 tra nativ | T1 vor KM-Gabe | T1 KM-frei
T1 o. KM | T1 tra nach OP | T1 nach Bestrahlung | AX T1 W/O CONTRAST | AX T1 WO GAD | T1 without Gd | T1 w/o Gd-DTPA
T1 pre contrast | T1 PRECONTRAST FS | T1 noncontrast | T1 before contrast | T1 prior to gadolinium | T1 contrast-free
T1 Gd: none | T1 tra -KM | T1 post-op | T1 postoperative | T1 post chemo | T1 sans injection | T1 sans gado
T1 FS avant injection | T1 non injecté | T1 après chirurgie | T1 SE sans produit de contraste | T1 sin contraste
T1 SIN CIV | T1 antes de contraste | T1 senza mdc | T1 senza mezzo di contrasto | T1 prima di mdc | T1 dopo intervento
T1 sem contraste | T1 s/ contraste | T1 pré contraste | T1 pós cirurgia | T1 zonder contrast | T1 voor contrast
T1 na operatie | T1 blanco | T1 presat | T1 tra injury left leg | AX T1 POST THIGH | T1 posterior | Enhanced MR T1 tra
AXIAL T1 W | T1 MPR cor | T1 subcutaneous mass | T1 TSE TRA NON FS | T1 - no gadolinium given | T1 contrast not given
T1 nicht kontrastverstärkt | T1 nach Tumorresektion | T1 noGd | T1 s/p resection | T1 unenhanced post op
T1 contrast: no | T1 FS NON-CONTRAST | T1 WITHOUT IV CONTRAST | T1 PRE-OP | T1 sem Gd
"""
T1_POST = """
T1 enhanced tra | T1 contrast | T1 tra +C | AX T1 POST-GAD | T1 tra C+ | T1 tse tra KM (enhanced conversion)
T1 tra nach KM | T1 +KM | AX T1 FS +C | AX T1 FS POST | T1 FS Gd | t1_vibe_fs_tra_km | T1 TSE SPIR Gd | T1 CE
T1 Gd-DTPA tra | T1 POST CONTRAST | T1 with contrast | T1 après injection | T1 FS GADO | T1 IV+ | T1 con contraste
T1 con mdc | T1 dopo mdc | T1 com contraste | T1 FS PÓS | T1 na contrast | T1 met gado | T1 post op nach KM
T1 post-op +C | T1 nach RT nach KM | T1 w/ GAD | T1 FS post Dotarem | T1C | T1 TSE + GD presat | T1 增强
T1 mit KM ohne FS | T1 with Gd, no FS | T1 post KM no motion | T1 MULTIHANCE | T1 p.c. | T1 n. KM
T1 post treatment Gd | T1 pós-gadolínio | T1 sans FS avec gado | DELAYED T1 FS +C | AX T1 FS GADAVIST
T1_tse_fs_tra_p2_320_post_KM
"""
T2 = """
T2 TSE tra | AX T2 | sT2W_TSE | T2 FRFSE | t2_tse_sag_384 | T2 tse no fs | T2 w/o fat sat | T2 ohne Fettsättigung
T2 sans saturation de graisse | T2 sin saturación grasa | T2 sem saturação de gordura | T2 zonder vetsuppressie
T2 senza soppressione del grasso | T2 post op | T2 non-FS
"""
T2_FS = """
T2 TSE FS | COR STIR | sT2W_SPAIR | t2_tirm_cor | AX T2 FAT SAT | T2 TSE fettgesättigt | T2 FatSup
T2 saturación grasa | T2 FS post OP | STIR post OP | T2 sat graisse | T2 vetsat tra | T2w SPIR | T2FS | AX T2 FSE FS
3D STIR | T2 压脂 | WATER: Ax T2 IDEAL
"""
NONE = """
3-Plane Loc | AAHScout | SURVEY | localizer | Lokalisator | T2* GRE | T2 FLAIR | t2_tirm_tra_dark-fluid | SAG PD FS
T1 subtraction | SUB T1 | T1 MIP | T1 Map | T2 mapping | T1rho | knee | FatFrac: Ax IDEAL | InPhase: Ax LAVA-Flex
OutPhase: Ax LAVA-Flex | t1_vibe_dixon_opp | t1_vibe_dixon_in | calc b1500 | eADC | FA map | T1 key images | DWI b800
Phase contrast | SWI | TOF MRA | Phoenix ZIP Report | B0 map | T1 FatFrac
"""
WATER = """
t1_vibe_dixon_tra_W | WATER: Ax LAVA-Flex | WATER: +C AX LAVA FLEX | T1 mDIXON W | t1_vibe_dixon water image
"""
FAT = """
t1_vibe_dixon_tra_F | FAT: Ax LAVA-Flex | T1 mDIXON F | Fat image
"""
ADC = """
ADC | ep2d_diff_ADC | dADC | Apparent Diffusion Coefficient (mm2/s) | ADC map | ADC Karte | ADC (10^-6 mm²/s) | sADC
ADCmap
"""
DWI = """
DWI | ep2d_diff_b50_400_800 | resolve_3scan_trace_tra | DWI ohne KM | Ax DWI b-50,400,800 | DTI 64 dir | dw_ssh
DWI post OP
"""

TABLE = [
    (description.strip(), role)
    for role, rows in (
        *(("t1", T1), ("t1_post", T1_POST), ("t2", T2), ("t2_fs", T2_FS), ("none", NONE)),
        *(("water", WATER), ("fat", FAT), ("adc", ADC), ("dwi", DWI)),
    )
    for row in rows.strip().splitlines()
    for description in row.split("|")
]


def described(description: str, b_values: tuple[float, ...] = (0.0,)) -> Stack:
    """A stack of one frame a volume, whose header holds but a description, and b-values if there are several."""
    pixels = Pixels(Path("x.dcm"), "x.dcm", 0, "1.2.840.10008.1.2.1", 8, 7, 1, 1, 16, 16, False)
    header = Header(pixels, "1", "", "2", "3", 1, description, "MR", (), "", False, False, ())
    weighted = len(b_values) > 1
    volumes = tuple((frame(FrameDiffusion(b if weighted else None)),) for b in b_values)
    grid = Grid((7, 8, 1), ((1, 0, 0, 0), (0, 1.1, 0, 0), (0, 0, 4, 0), (0, 0, 0, 1)))
    return Stack("s1", header, Kind.MAGNITUDE, volumes, grid, b_values if weighted else None, Acquisition())


def frame(diffusion: FrameDiffusion) -> Frame:
    return Frame(
        *("x.dcm", "x.dcm", 0, (0, 0), (8, 7), None, 1.0, 0.0, "", None, None, Kind.MAGNITUDE, diffusion),
        *(Acquisition(), (None,) * 5, (1, 0)),
    )


def test_the_table_is_large_and_says_nothing_twice():
    assert len(TABLE) > 200
    assert len({description for description, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("description", "role"), TABLE)
def test_a_description_tells_the_role(description, role):
    guess = guess_role(described(description, (0.0, 800.0) if role == "dwi" else (0.0,)))
    assert (guess.role or "none") == role, guess.reason
