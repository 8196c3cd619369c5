"""Talking to a DICOMweb server: signing in, and refusals in four parts for what goes wrong.

Credentials come from the environment alone, so that none is in a command's history or a log: PNST_DICOMWEB_TOKEN (sent
as a bearer token), or PNST_DICOMWEB_USER and PNST_DICOMWEB_PASSWORD.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError, SettingError
from pnst.io.dicomweb.address import Address

if TYPE_CHECKING:
    from dicomweb_client.api import DICOMwebClient

TIMEOUT_S = (10.0, 60.0)
"""To connect, and between two pieces of an answer."""


@dataclass(frozen=True)
class Errand:
    """What a server is asked to do, in the words of messages."""

    verb: str
    right: str
    """What its user must be allowed to do."""


FETCH = Errand("fetch from", "read the study")
STORE = Errand("store at", "store in the study")


@contextmanager
def connect(address: Address) -> Iterator[DICOMwebClient]:
    """A client with the credentials of the environment. Raises `InputError` where dicomweb-client is missing."""
    try:
        from dicomweb_client.api import DICOMwebClient
    except ImportError as error:
        raise _without_extra(FETCH) from error
    with signed_session(FETCH) as session:
        client = DICOMwebClient(address.service, session=session, timeout=TIMEOUT_S)
        client.host = address.host  # sent as the Host header, where it must keep its port
        client.set_http_retry_params(max_attempts=3, wait_exponential_multiplier=250)
        yield client


@contextmanager
def signed_session(errand: Errand) -> Iterator[Any]:
    """A session of requests whose answers are metered, with the credentials of the environment.

    Raises `InputError` where requests is missing, `SettingError` for credentials that cannot be used.
    """
    try:
        import requests

        from pnst.io.dicomweb.transport import MeteredAdapter
    except ImportError as error:
        raise _without_extra(errand) from error
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, MeteredAdapter())
        authorise = _authorisation(os.environ)
        if authorise is not None:
            session.auth = authorise
        yield session


def _without_extra(errand: Errand) -> InputError:
    return InputError(
        f"cannot {errand.verb} DICOMweb servers",
        got="dicomweb-client is not installed",
        expected="pnst with its optional part for DICOMweb",
        remedy="python -m pip install 'pnst[dicomweb]'",
    )


def _authorisation(environment: Mapping[str, str]) -> Any:
    """What signs each request, or None. As `auth` and not as a header, it beats a .netrc and follows no redirect away.

    Raises `SettingError` for half of a pair, both a token and a user, or a token that no header can hold.
    """
    token = environment.get("PNST_DICOMWEB_TOKEN", "").strip()
    user, password = (environment.get(f"PNST_DICOMWEB_{name}") for name in ("USER", "PASSWORD"))
    if bool(user) != bool(password) or (token and user):
        raise SettingError(
            "cannot tell how to sign in to the DICOMweb server",
            got="a token and a user" if token and user else "a user without a password, or the reverse",
            expected="PNST_DICOMWEB_TOKEN, or PNST_DICOMWEB_USER and PNST_DICOMWEB_PASSWORD, or none of them",
            remedy="set or unset these environment variables",
        )
    if user and password:
        return user.encode(), password.encode()
    if not token:
        return None
    if not re.fullmatch("[!-~]+", token):
        raise SettingError(
            "cannot use PNST_DICOMWEB_TOKEN",
            got="a space, a line break or another character that no token has",
            expected="a token as the server gave it (RFC 6750)",
            remedy="set it again",
        )

    def add_bearer_token(request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return add_bearer_token


@contextmanager
def response_errors(address: Address, asked: str, errand: Errand = FETCH) -> Iterator[None]:
    """Turn what can go wrong with an answer into an `InputError`; `asked` is what was asked for: study, instance.

    Without the cause: the words of the libraries beneath hold URLs with UIDs, and headers.
    """
    from requests import exceptions as http
    from retrying import RetryError

    from pnst.io.dicomweb.transport import ExcessiveAnswerError

    try:
        yield
    except InputError:
        raise
    except ExcessiveAnswerError as error:
        raise not_dicomweb(address, str(error), errand) from None
    except RetryError as error:
        raise refused(address, asked, error.last_attempt.value.status_code, errand) from None
    except http.HTTPError as error:
        raise refused(address, asked, error.response.status_code, errand) from None
    except (http.InvalidJSONError, http.ContentDecodingError):
        raise not_dicomweb(address, "an answer that is not JSON", errand) from None
    except http.RequestException as error:
        raise _unreachable(address, error) from None
    except OSError:  # of this machine's disk
        raise
    except Exception as error:  # whatever an answer makes the parsers raise, the answer was not DICOM
        raise not_dicomweb(address, f"an answer that cannot be read ({type(error).__name__})", errand) from None


def not_dicomweb(address: Address, got: str, errand: Errand = FETCH) -> InputError:
    """The refusal of a server that does not answer as DICOMweb does."""
    return InputError(
        f"cannot {errand.verb} {address.host}",
        got=got,
        expected="the answer of a DICOMweb server",
        remedy="check the path in the URL: it must be the root of the server's DICOMweb service",
    )


def not_on_server(address: Address, asked: str) -> InputError:
    """The refusal where the server does not have the study, series or instance that was asked for."""
    return InputError(
        f"cannot fetch the {asked}",
        got=f"no {asked} with this UID at {address.host}",
        expected="one that the server has, and shows to this user",
        remedy="correct the UID, or the path in the URL",
    )


def refused(address: Address, asked: str, status: int, errand: Errand) -> InputError:
    """The refusal for an HTTP status of 400 or more."""
    if status == 404 and errand is FETCH:
        return not_on_server(address, asked)
    if status in (401, 403):
        return InputError(
            f"cannot sign in to {address.host}" if status == 401 else f"may not {errand.verb} {address.host}",
            got=f"HTTP status {status}",
            expected=f"the credentials of a user who may {errand.right}",
            remedy="set PNST_DICOMWEB_TOKEN, or PNST_DICOMWEB_USER and PNST_DICOMWEB_PASSWORD",
        )
    return InputError(
        f"cannot {errand.verb} {address.host}",
        got=f"HTTP status {status}",
        expected="an answer",
        remedy="try again later" if status in (408, 429) or status >= 500 else "check the path in the URL",
    )


def _unreachable(address: Address, error: Exception) -> InputError:
    return InputError(
        f"cannot reach {address.host}",
        got=type(error).__name__,
        expected="a DICOMweb server that answers",
        remedy="check the host, the port, the network, and whether the server speaks TLS (dicomwebs://) or not",
    )
