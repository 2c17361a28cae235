"""A clinic's export of bookings as large as wanted: names of six languages, 300 services, all outcomes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement, product
from pathlib import Path
from random import Random

HEADER = (
    "first_name", "last_name", "phone", "email", "treatment", "treated_at", "status", "sms_consent", "email_consent", "consent_at", "booking_id",
)  # fmt: skip

GIVEN = (
    "Emily Olivia Grace Charlotte Amelia Hannah Catherine Elizabeth Margaret Priya Aisha Thomas",
    "María Carmen Lucía Paula Sofía Elena Inés Rocío Begoña Pilar José Javier",
    "Camille Zoë Chloé Margaux Élodie Aurélie Marie-Claire Françoise Océane Anaïs Benoît Jérôme",
    "Hannelore Sabine Jürgen Käthe Ursula Monika Petra Heike Birgit Lea Matthias Björn",
    "Agnieszka Małgorzata Katarzyna Zofia Łucja Joanna Magdalena Wioletta Żaneta Ewa Paweł Michał",
    "Ana Beatriz João Jéssica Fernanda Letícia Luísa Mariana Patrícia Tânia Antônio Thaís",
)  # fmt: skip
FAMILY = (
    "Smith Jones Taylor Brown O'Brien Wilson McDonald Patel Hughes Khan Walker Wright Evans Green",
    "García Fernández López Muñoz Ibáñez Martín Núñez Peña Ruiz Sáez Vega Yáñez Ortiz Gil",
    "Lefèvre Dubois Moreau Laurent Garnier Faure Mercier Blanc Guérin Boyer Chevalier Roux Petit Morel",
    "Müller Schröder Weiß Schäfer Köhler Krüger Zimmermann Vogel Günther Lange Böhm Seidel Busch Kuhn",
    "Nowak Kowalska Wiśniewska Wójcik Kamińska Lewandowska Zielińska Dąbrowska Kozłowska Jabłońska Król Pająk Wrona Lis",
    "Silva Santos Oliveira Souza Conceição Araújo Gonçalves Magalhães Pires Teixeira Falcão Simões Rocha Dias",
)  # fmt: skip


def _names() -> list[tuple[str, str]]:
    """Return full names of which no two are one person's: one or two given ones, one or two family's."""
    pools = zip(GIVEN, FAMILY, strict=True)
    alone = [
        [_one_or_two(pool, mark) for pool, mark in zip(two, " -", strict=True)] for two in pools
    ]
    names = [pair for given, family in alone for pair in product(given, family)]
    Random(1).shuffle(names)
    return names


def _one_or_two(pool: str, mark: str) -> list[str]:
    return [
        first if first == second else f"{first}{mark}{second}"
        for first, second in combinations_with_replacement(pool.split(), 2)
    ]


NAMES = _names()
"""Some fifty thousand, of all languages in turn by chance."""

PHONES = (
    "07700 {:06}", "+44 7911 {:06}", "+34 612 {:06}", "+33 6 12 {:06}", "+49 151 10{:06}", "+48 512 {:06}", "+55 11 987{:06}",
)  # fmt: skip

NEEDLING = [
    spelled(name.replace(" ", gap))
    for name in (
        "skin needling", "micro needling", "collagen induction therapy", "skin pen", "derma pen", "dr pen", "pen needling",
        "rf microneedling", "secret rf", "derma roller", "skin needling with prp", "vampire facial",
    )
    for gap in (" ", "-", "")
    for spelled in (str.lower, str.upper, str.title)
]  # fmt: skip
OTHERS = [
    f"{what} {where}"
    for what in (
        "Anti-wrinkle injections", "Laser hair removal", "Chemical peel", "HydraFacial", "Dermal filler", "IPL", "Cryolipolysis",
        "Waxing", "LED light therapy", "Depilación láser", "Épilation", "Kwas hialuronowy", "Preenchimento", "Botox",
    )
    for where in (
        "face", "neck", "full face & neck", "60 min", "(new client)", "hands", "legs", "visage", "Gesicht", "twarz", "rosto", "cara",
        "- review 30 min", "x 3 course",
    )
][:192]  # fmt: skip
SERVICES = (*NEEDLING, *OTHERS)
"""Three hundred names, of which 108 are spellings of treatments that every version knows."""

STATUSES = ("Confirmed",) * 12 + ("Completed",) * 6 + ("Arrived", "Cancelled")


def write(path: Path, people: range, today: datetime, *, days: range, treatments: float) -> None:
    """Write a list with one booking of each of these people, some days from today; ``treatments`` is the
    share of rows that are needling, the rest are other services.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows(_rows(people, today, days, treatments))


def _rows(
    people: range, today: datetime, days: range, treatments: float
) -> Iterator[tuple[str, ...]]:
    chance = Random(days.start)
    for n in chance.sample(people, len(people)):
        first, last = NAMES[n % len(NAMES)]
        if chance.random() < 0.1:
            first, last = first.upper(), last.upper()
        when = today + timedelta(days=chance.choice(days), minutes=5 * chance.randrange(100))
        service = chance.choice(NEEDLING if chance.random() < treatments else OTHERS)
        yield (
            first, last, PHONES[n % len(PHONES)].format(n), f"client{n}@mail.example", service,
            f"{when:%Y-%m-%d %H:%M}", chance.choice(STATUSES), "yes", "yes", f"{today:%Y}-01-01", f"B{days.start}-{n}",
        )  # fmt: skip


def morning() -> datetime:
    """Return eight o'clock today (UTC), from which days are counted."""
    return datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
