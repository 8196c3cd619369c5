"""The entry of `pnst inspect --json`: one key a field, whatever is known."""

from __future__ import annotations

import json
from dataclasses import fields

from pnst.io.series_guess import SeriesGuess
from pnst.study import Role


def test_an_entry_comes_back_from_json_with_every_field():
    guess = SeriesGuess("s4", "T1 tra", Role.T1, "TR 500 ms", ("t2",), (7, 6, 5), (0.8, 1.1, 4.5), problem=None)
    entry = json.loads(json.dumps(guess.to_dict()))
    assert set(entry) == {field.name for field in fields(SeriesGuess)}
    assert (entry["role"], entry["rivals"], entry["shape"]) == ("t1", ["t2"], [7, 6, 5])
    assert entry["spacing_mm"] == [0.8, 1.1, 4.5]
    assert entry["b_values"] is None
