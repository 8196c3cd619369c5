"""A former name still works and says what it is called now."""

from __future__ import annotations

import pytest

from pnst.measurement import interop, radiomics


def test_the_former_name_gives_the_same_function_and_a_warning():
    with pytest.warns(DeprecationWarning, match=r"measurement\.radiomics"):
        assert interop.radiomics is radiomics.radiomics
