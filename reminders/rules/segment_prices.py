"""What segments of texts cost in each country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

MILLION = 1_000_000
"""Prices are kept in millionths of a currency's unit: a text costs fractions of a penny."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a segment costs, in millionths: in most countries, and where it differs (ISO 3166)."""

    default: int | None = None
    by_country: Mapping[str, int] = field(default_factory=dict)

    def of(self, country: str) -> int | None:
        """Return the price in a country; None where it is not known."""
        return self.by_country.get(country, self.default)

    def cost(self, segments: Mapping[str, int]) -> Decimal | None:
        """Return what segments cost that left for each country (empty where none was noted), in the
        currency's unit; None where no price is known.
        """
        if self.default is None and not self.by_country:
            return None
        paid = sum(count * (self.of(country) or 0) for country, count in segments.items())
        return Decimal(paid) / MILLION

    def weight(self, country: str, segments: int) -> int:
        """Return how many segments of a month's limit so many take that leave for a country: where
        they are dearer than the usual price, as many as that money would buy.
        """
        price, usual = self.of(country) or 0, self.default or 0
        return segments if not usual or price <= usual else -(-segments * price // usual)


UNKNOWN = Prices()


@lru_cache(maxsize=1024)
def prices_of(default: int | None, kept: str) -> Prices:
    """Read the prices of countries as they are kept, such as ``DE=75000 FR=62000``."""
    pairs = (one.partition("=") for one in kept.split())
    return Prices(default, {country: int(price) for country, _, price in pairs})


def keep_prices(by_country: Mapping[str, int]) -> str:
    """Write the prices of countries as they are kept."""
    return " ".join(f"{country}={price}" for country, price in sorted(by_country.items()))
