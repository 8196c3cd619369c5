"""The field's words in the names of regions: lower case, without accents, in the languages that are read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TISSUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: _words(words)
        for name, words in {
            "edema": "edema edemas oedema oedemas odem odeme oedem oedeme edeme edemes edemi edematous",
            "muscle": "muscle muscles muscular musculature muskel muskeln muskulatur musculaire musculature muscolo"
            " muscoli muscolare muscolatura musculo musculos musculatura musculus"
            " psoas iliopsoas gluteus gluteal quadriceps paraspinal deltoid",
            "cord": "cord myelon myelum medulla ruckenmark rueckenmark moelle midollo medula spinalcord",
            "canal": "canal spinalkanal wirbelkanal canale",
            "csf": "csf liquor lcr",
            "nerve": "nerve nerves nerv nerven nerf nerfs nervo nervi nervio nervios nervus plexus",
            "vertebrae": "vertebra vertebrae vertebral wirbel wirbelkorper vertebre vertebres vertebras",
            "bone": "bone bones knochen os osseux osso ossa hueso huesos femur tibia fibula humerus radius ulna sacrum",
            "vessels": "vessel vessels artery arteries vein veins aorta gefass gefasse arterie vene vaisseau vaisseaux"
            " artere veine vaso vasi vasos arteria vena",
            "fat": "fat fett fettgewebe graisse grasso grasa adipose",
            "skin": "skin haut peau pelle cute piel",
            "body": "body external patient korper koerper corps corpo cuerpo couch table tisch",
            "organ": "kidney niere rein rene rinon liver leber foie fegato higado bladder blase vessie vescica vejiga"
            " rectum rektum lung lunge poumon polmone pulmon heart herz coeur cuore corazon spleen bowel darm",
            "background": "background hintergrund fond sfondo fondo air luft artifact artefact artefakt noise",
        }.items()
    }
)
"""Words without accents, in English, German, French, Italian and Spanish, by what they mean."""

LESIONS = _words(
    "tumour tumours tumor tumors tumoral tumeur tumeurs tumore tumori tumores tumorale mass masses masse massa masa"
    " lesion lesions lasion lasionen laesion lesione lesioni lesiones neoplasm neoplasia neoplasie neoplasma"
    " neurofibroma neurofibromas neurofibrom neurofibrome schwannoma schwannomas schwannom schwannome neurinoma"
    " neurinom neurinome neuroma mpnst pnst pnf sarcoma sarkom sarcome cancer krebs metastasis metastase"
)
"""Words of a lesion: beside one of these the name of a tissue says where it lies, except for oedema."""

LESION_ENDS = ("tumor", "tumour", "tumeur", "lasion", "laesion", "fibrom", "fibroma", "schwannom", "schwannoma")
TISSUE_ENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "edema": ("edema", "oedema", "odem", "oedem", "oedeme"),
        "muscle": ("muskel", "muskeln", "muskulatur"),
        "nerve": ("nerv",),
        "bone": ("knochen",),
    }
)
"""Ends of compounds, as German makes them."""

FREE = _words("free frei")
"""What is denied by the word behind it."""

WITHOUT = _words("no non not without excluding excl exclude minus ohne kein keine sans senza sin")
"""What is denied by a word before it."""

WITH = _words("and with incl including include plus und mit inkl et avec con y e ed")
"""What joins two names to one region of both."""

OTHER_WORDS = _words(
    "tumorodem muskelodem weichteilodem peritumorale peritumorales peritumorali spinal sciatic brachial lumbar sacral"
    " cervical thoracic femoral tibial peroneal median ulnar radial thigh calf leg knee arm forearm hand foot hip neck"
    " shoulder chest abdomen pelvis soft tissue around rt lt nf"
    " gtv ctv itv ptv gtvp gtvn gtvt roi voi seg segment segmentation label contour mask region part piece structure"
    " target primary secondary main solid whole total all core rim zone necrosis necrotic cyst cystic enhancing"
    " enhancement viable margin nerve sheath peripheral plexiform atypical malignant benign"
    " left right links rechts gauche droite sinistra destra izquierda derecha upper lower proximal distal"
    " medial lateral anterior posterior superior inferior ventral dorsal cranial caudal axial coronal sagittal"
    " peri peritumoral peritumoural perilesional perifocal intra of the in with and without no not for post pre"
    " mr mri ct pet t1 t2 t1w t2w stir dwi adc fs gd reader rater new old final manual auto automatic drawn"
    " first second third un deux one two three four five six ref reference background"
)
"""What else may stand in a name that is written."""
