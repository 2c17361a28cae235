"""Addresses of the internet: which may be asked for something on somebody's word, and how."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop

LONGEST = 2_000

COPY = gettext_noop(
    "Copy the whole address from your calendar’s settings. It begins with https:// or webcal://."
)


def https_address(typed: str) -> str:
    """Return an address as it is asked for: always by https, whatever it was written as. Raises
    ``InputError``.
    """
    text = typed.strip().strip("<>\"' ")
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text.removeprefix("webcal:").lstrip("/")
    if scheme.lower() not in {"https", "http", "webcal", "webcals"}:
        raise InputError(gettext("This is not the address of a calendar."), gettext(COPY))
    address = f"https://{rest}".partition("#")[0]
    if len(address) > LONGEST or re.search(r"[\s\x00-\x1f\x7f]", address) or not _has_host(address):
        raise InputError(gettext("This is not the address of a calendar."), gettext(COPY))
    return address


COPY_HOOK = gettext_noop(
    "Copy the whole address from the system that receives the events. It begins with https://."
)


def endpoint_address(typed: str) -> str:
    """Return an address that events may be posted to: by https, and none that is plainly of a
    private network. Raises ``InputError``.
    """
    address = typed.strip().strip("<>\"' ").partition("#")[0]
    if not address.lower().startswith("https://"):
        raise InputError(gettext("This is not an https address."), gettext(COPY_HOOK))
    if len(address) > LONGEST or re.search(r"[\s\x00-\x1f\x7f]", address) or not _has_host(address):
        raise InputError(gettext("This address is incomplete."), gettext(COPY_HOOK))
    if is_number(host := host_of(address)) and not is_public(host):
        raise InputError(
            gettext("This address leads into a private network."),
            gettext("Events are sent only to public internet addresses."),
        )
    return address


def is_number(host: str) -> bool:
    """Say whether a host is a numeric address, not a name."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(port != 0 and ("." in host or ":" in host)) and "@" not in parts.netloc


def host_of(address: str) -> str:
    """Return the host of an address, which may be shown."""
    return urlsplit(address).hostname or ""


_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))
"""IPv6 addresses behind which an IPv4 one stands (RFC 6052, RFC 8215)."""


def is_public(host: str) -> bool:
    """Say whether a numeric address is one of the internet, and none of a private network, of this
    machine, or of a cloud that asks itself; an IPv4 address inside an IPv6 one counts as itself.
    """
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    translated = any(found in network for network in _TRANSLATED)
    return all(_is_public(one) for one in (*_inside(found), *([] if translated else [found])))


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    local = isinstance(found, IPv6Address) and found.is_site_local
    return found.is_global and not (local or found.is_multicast or found.is_reserved)


def _inside(found: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 one leads to."""
    if not isinstance(found, IPv6Address):
        return ()
    last = IPv4Address(int(found) & 0xFFFFFFFF)
    translated = (last,) if any(found in network for network in _TRANSLATED) else ()
    known = (found.ipv4_mapped, found.sixtofour, *(found.teredo or ()))
    return (*translated, *(one for one in known if one is not None))
