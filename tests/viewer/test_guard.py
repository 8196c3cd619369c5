"""Who is let in. Witness: headers made right and wrong; the server's test sends them."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from pnst.viewer.guard import TOKEN_HEADER, Guard, new_token

GUARD = Guard(8000, "secret")
RIGHT = {"Host": "127.0.0.1:8000", TOKEN_HEADER: "secret"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, None),
        ({"Host": "LOCALHOST:8000"}, None),
        ({"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}, None),
        ({"Host": "[::1]:8000"}, HTTPStatus.MISDIRECTED_REQUEST),
        ({"Host": "127.0.0.1:8000, 127.0.0.1:8000"}, HTTPStatus.MISDIRECTED_REQUEST),
        ({"Origin": "https://127.0.0.1:8000"}, HTTPStatus.FORBIDDEN),
        ({"Sec-Fetch-Site": "cross-site"}, HTTPStatus.FORBIDDEN),
        ({TOKEN_HEADER: "Secret"}, HTTPStatus.FORBIDDEN),
        ({TOKEN_HEADER: ""}, HTTPStatus.FORBIDDEN),
    ],
)
def test_what_lets_in(changes, status):
    assert GUARD.refusal(RIGHT | changes, True) == status


def test_the_pages_own_files_need_no_token_and_still_the_right_name():
    assert GUARD.refusal({"Host": "127.0.0.1:8000"}, False) is None
    assert GUARD.refusal({"Host": "evil.example:8000"}, False) == HTTPStatus.MISDIRECTED_REQUEST


def test_tokens_differ_and_are_long():
    assert len({new_token() for _ in range(50)}) == 50
    assert all(len(new_token()) >= 43 for _ in range(5))
