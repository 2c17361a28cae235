"""Signatures: what Twilio's own libraries hold genuine is, and nothing that was touched."""

from __future__ import annotations

import base64
import hmac
import json
import os
from pathlib import Path
from typing import Any

import pytest

from reminders.web.hooks.twilio_signature import Form, is_signed

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
"""Where test material of others may lie beside the checkout; without it their cases are left out."""

VECTORS = SHARED / "twilio" / "signature_vectors.json"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
PUBLISHED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
"""Twilio's own example (twilio.com/docs/usage/security), signed with the token 12345."""

JSON_BODY = '{"property": "value", "boolean": true}'
JSON_URL = f"{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNED = "a9nBmqA0ju/hNViExpshrM61xv4="


def vectors() -> list[Any]:
    found = json.loads(VECTORS.read_text("utf-8")) if VECTORS.is_file() else []
    return [pytest.param(vector, id=vector["name"]) for vector in found]


def content_of(vector: dict[str, Any]) -> Form | str:
    if vector["params"] is None:
        return str(vector["body"])
    return Form(
        [
            (name, value)
            for name, values in vector["params"].items()
            for value in (values if isinstance(values, list) else [values])
        ]
    )


@pytest.mark.parametrize("vector", vectors())
def test_every_library_s_vector_is_judged_as_it_judges(vector: dict[str, Any]) -> None:
    tokens = [vector["token"]]
    content = content_of(vector)
    assert is_signed(vector["url"], content, vector["signature"], tokens) is vector["valid"]
    tampered = vector["url"].replace("mycompany", "yourcompany")
    assert not is_signed(tampered, content, vector["signature"], tokens)
    assert not is_signed(vector["url"], content, vector["signature"], ["54321"])
    if isinstance(content, str):
        assert not is_signed(vector["url"], content + " ", vector["signature"], tokens)
    else:
        more = Form([*content.multi_items(), ("More", "")])
        assert not is_signed(vector["url"], more, vector["signature"], tokens)


def test_the_published_example_is_genuine() -> None:
    assert is_signed(URL, Form(CALL), PUBLISHED, ["12345"])


@pytest.mark.parametrize("tokens", [["12345", "new"], ["new", "12345"], ["", "12345"]])
def test_while_the_token_changes_either_is_believed(tokens: list[str]) -> None:
    assert is_signed(URL, Form(CALL), PUBLISHED, tokens)


@pytest.mark.parametrize("tokens", [[], [""], ["", ""], ["new", "newer"]])
def test_without_its_token_nothing_is_believed(tokens: list[str]) -> None:
    assert not is_signed(URL, Form(CALL), PUBLISHED, tokens)
    empty = base64.b64encode(hmac.digest(b"", (URL + "").encode(), "sha1")).decode()
    assert not is_signed(URL, Form({}), empty, tokens)


@pytest.mark.parametrize("name", CALL)
def test_a_changed_missing_or_added_field_is_seen(name: str) -> None:
    for fields in (
        CALL | {name: CALL[name] + "0"},
        {key: value for key, value in CALL.items() if key != name},
        CALL | {"New": "1"},
    ):
        assert not is_signed(URL, Form(fields), PUBLISHED, ["12345"])


@pytest.mark.parametrize("signature", ["", "x", PUBLISHED.lower(), PUBLISHED + "=", "é" * 28])
def test_another_signature_is_refused(signature: str) -> None:
    assert not is_signed(URL, Form(CALL), signature, ["12345"])


def test_json_is_signed_by_the_hash_of_its_body() -> None:
    assert is_signed(JSON_URL, JSON_BODY, JSON_SIGNED, ["12345"])
    assert not is_signed(JSON_URL, JSON_BODY + " ", JSON_SIGNED, ["12345"])
    assert not is_signed(JSON_URL.replace("0a1f", "0a1e"), JSON_BODY, JSON_SIGNED, ["12345"])


def test_json_without_its_hash_is_not_signed_at_all() -> None:
    """The address alone is signed then, so any body would pass; Twilio's checker raises."""
    signed = base64.b64encode(hmac.digest(b"12345", URL.encode(), "sha1")).decode()
    assert not is_signed(URL, JSON_BODY, signed, ["12345"])


def test_an_address_counts_with_its_port_and_without() -> None:
    assert is_signed(URL.replace(".com/", ".com:1234/"), Form(CALL), PUBLISHED, ["12345"])
