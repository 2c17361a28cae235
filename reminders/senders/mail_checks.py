"""Check which ports a mail server opens, and which SPF, DKIM and DMARC records a domain has."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver
from twilio.request_validator import RequestValidator

PORTS = (587, 465, 2525)
"""Where mail is handed in; 25 is for servers among themselves."""

PATIENCE = 4.0
"""Seconds for a port to open, or a name server to answer."""

SELECTORS = (
    "default", "dkim", "mail", "smtp", "google", "selector1", "selector2", "k1", "k2", "s1", "s2",
    "mx", "pm", "mandrill", "mailjet", "sendgrid", "zoho", "fm1", "resend", "brevo", "scph0818",
)  # fmt: skip
"""Under which names senders usually publish their DKIM keys; nobody lists them."""

Lookup = Callable[[str], list[str]]
"""Return the texts published under a name, none where there are none; raises ``OSError``."""


def open_ports(host: str, ports: tuple[int, ...] = PORTS) -> list[int]:
    """Return which ports of a host can be reached from this machine."""

    async def reachable(port: int) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    async def all_reachable() -> list[bool]:
        return await asyncio.gather(*map(reachable, ports))

    return [
        port for port, is_open in zip(ports, asyncio.run(all_reachable()), strict=True) if is_open
    ]


def txt_records(name: str) -> list[str]:
    """Ask the name servers; raises ``OSError`` where none answers."""
    try:
        found = Resolver().resolve(name, "TXT", lifetime=PATIENCE)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise OSError(type(error).__name__) from None
    return [b"".join(record.strings).decode("latin-1") for record in found]


@dataclass(frozen=True, slots=True)
class DomainRecords:
    """What a domain publishes about who may send its mail, and what to do with the rest."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""


def domain_records(domain: str, lookup: Lookup = txt_records) -> DomainRecords:
    """Look a mail domain up; DKIM under the usual names. Raises ``OSError``."""

    def first(name: str, begins: str) -> str:
        return next((text for text in lookup(name) if text.lower().startswith(begins)), "")

    organisation = ".".join(domain.split(".")[-2:])
    dmarc = first(f"_dmarc.{domain}", "v=dmarc1") or first(f"_dmarc.{organisation}", "v=dmarc1")
    return DomainRecords(first(domain, "v=spf1"), next(_keys(domain, lookup), ""), dmarc)


def _keys(domain: str, lookup: Lookup) -> Iterator[str]:
    for selector in SELECTORS:
        if any("p=" in text for text in lookup(f"{selector}._domainkey.{domain}")):
            yield selector


def probe_webhook(url: str, account_sid: str, auth_token: str) -> int | None:
    """Post to our own webhook what Twilio would, with its signature, and return the status of the
    answer; None without an answer.
    """
    form = {"AccountSid": account_sid}
    signature = RequestValidator(auth_token).compute_signature(url, form)
    request = urllib.request.Request(  # noqa: S310 (our own address, checked with the settings)
        url, urlencode(form).encode(), {"X-Twilio-Signature": signature}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=2 * PATIENCE) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return None
