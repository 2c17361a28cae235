"""Verify that a webhook request was signed by the Twilio account it names; refuse it otherwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from twilio.request_validator import RequestValidator

from reminders.app import App

LARGEST = 64 * 1024
"""Bytes; a text with ten pictures takes a few thousand."""

Form = ImmutableMultiDict[str, str]


class InvalidSignature(Exception):  # noqa: N818 (not a fault of ours)
    """The request is not from an account of ours at Twilio."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What Twilio posted, and whose account signed it: clinics' own, or (None) the installation's."""

    form: Form
    accounts: frozenset[int | None]


async def signed_form(request: Request, app: App) -> Signed:
    """Return what Twilio posted, as a form or as JSON, once its signature over our public address
    is proven by a token of the account that it names: that of today or the one before it.

    The address is ours as configured with the path and query as they came, since hosts put
    other names and schemes before us. Raises ``InvalidSignature``, and ``SQLAlchemyError`` where the
    tokens of clinics cannot be read. (twilio.com/docs/usage/security)
    """
    try:
        body = (await _small_body(request)).decode()
        is_json = request.headers.get("Content-Type", "").startswith("application/json")
        form = _from_json(body) if is_json else _from_form(body)
    except (ValueError, RecursionError):
        raise InvalidSignature from None
    signature = request.headers.get("X-Twilio-Signature", "")
    content, address = body if is_json else form, _address(request, app)
    account_sid = form.get("AccountSid", "")

    def signers() -> frozenset[int | None]:
        return frozenset(
            account
            for account, tokens in app.clinic_accounts.signing.of(account_sid)
            if is_signed(address, content, signature, tokens)
        )

    if signature and app.clinic_accounts.signing.outdated(account_sid):
        await run_in_threadpool(app.clinic_accounts.signing.read_again)
    accounts = signers()
    if (
        not accounts
        and signature
        and await run_in_threadpool(app.clinic_accounts.signing.read_again)
    ):
        accounts = signers()
    if not accounts:
        raise InvalidSignature
    return Signed(form, accounts)


def is_signed(url: str, content: Form | str, signature: str, tokens: Sequence[str]) -> bool:
    """Say whether one of these tokens signed this: a form, or the text of another body.

    Another body is signed by its hash in the query alone, so without the hash it is not signed
    at all. Twilio may have signed an apostrophe in the address as it is written or escaped.
    """
    hashed = "bodySHA256" in parse_qs(urlsplit(url).query)
    if not signature or (isinstance(content, str) and not hashed):
        return False
    return any(
        RequestValidator(token).validate(spelled, content, signature)
        for token in tokens
        if token
        for spelled in dict.fromkeys((url, url.replace("'", "%27")))
    )


async def _small_body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise InvalidSignature
    return body


def _from_form(body: str) -> Form:
    return Form(parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)))


def _from_json(body: str) -> Form:
    found = json.loads(body)
    if not isinstance(found, dict):
        msg = "not an object"
        raise ValueError(msg)  # noqa: TRY004 (all that cannot be read is one fault)
    return Form([(name, str(value)) for name, value in found.items() if value is not None])


def _address(request: Request, app: App) -> str:
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope["query_string"]
    sent = path.partition(b"?")[0] + (b"?" + query if query else b"")
    return app.settings.public_url + sent.decode("latin-1")
