"""Limits on codes to contacts that anybody may type in, so that nobody earns by having texts sent."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from reminders.rules.terms import Channel

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Limits = tuple[tuple[timedelta, int], ...]

TO_ONE: Limits = ((HOUR, 3), (DAY, 6))
"""How many go to one contact: nobody is pestered with codes that others asked for."""

FROM_ONE: Limits = ((HOUR, 60), (DAY, 200))
"""How many are asked for from one network address; a clinic's own Wi-Fi is one."""

FOR_CLINIC: dict[Channel, Limits] = {
    Channel.SMS: ((HOUR, 60), (DAY, 200)),
    Channel.EMAIL: ((HOUR, 120), (DAY, 600)),
}
"""How many go out for one clinic: each text costs money, which is what pumping fraud is after."""

UNPROVEN_FROM_ONE: Limits = ((HOUR, 10), (DAY, 30))
UNPROVEN_FROM_NETWORK: Limits = ((HOUR, 15), (DAY, 40))
"""How many texts nobody has proven may have gone out for one address, and for its network (/24, or
/64 of IPv6): people type their code in within minutes, whoever earns by the texts does not."""

ABROAD: Limits = ((HOUR, 10), (DAY, 30))
"""How many texts go to one country that is not the clinic's own."""

NEIGHBOURS: Limits = ((HOUR, 2), (DAY, 4))
"""How many texts may have gone to other numbers of a row of a hundred: rows are bought whole."""

CLOSING = ((DAY, 15, 35), (7 * DAY, 30, 150))
"""How many texts of a span may be unproven whatever was proven, and how many if most were: a form
that is abused day after day stays closed for longer."""


def network_of(address: str) -> str:
    """Return the network of an address: its /24, or /64 of IPv6; of what is no address nothing."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))


def closes(unproven: int, proven: int, few: int, most: int) -> bool:
    """Say whether the texts of a span at a clinic's form look as if somebody earned by them: many,
    and few of them proven.
    """
    return unproven >= most or (unproven >= few and proven < unproven)
