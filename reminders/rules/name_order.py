"""Order of names: whether a column of whole names begins with the family's, as some systems write them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from reminders.rules.folding import fold, phrases, words
from reminders.rules.name_words import PARTICLES
from reminders.rules.short_forms import is_known

LOOKED_AT = 500
"""So many names tell the order of a column."""

SURELY = 3
"""So many that can only be read the other way round, and none against them, turn a column."""

_FAMILY_FIRST = phrases(
    "nazwisko i imie | nazwisko imie | nom et prenom | nom prenom | nom et prenoms | apellidos y nombre | apellidos nombre | nachname vorname"
    " | name vorname | last name first name | last first | surname first name | sobrenome e nome"
)


def family_leads(heading: str, cells: Iterable[str]) -> bool:
    """Say whether family names come first, as the heading says or the names themselves do."""
    if fold(heading) in _FAMILY_FIRST:
        return True
    votes = [vote for cell in islice(cells, LOOKED_AT) if (vote := _vote(cell)) is not None]
    return len(votes) >= SURELY and all(votes)


def _vote(cell: str) -> bool | None:
    """Say whether only the last of two words is a given name; nothing where it could be either."""
    parts = fold(cell).split() if "," not in cell else []
    first, last = map(_is_given, parts) if len(parts) == 2 else (False, False)
    return last if first is not last else None


def _is_given(name: str) -> bool:
    return name in _COMMON or is_known(name)


def with_comma(whole: str) -> str:
    """Write a comma behind the family's name of a cell that begins with it: “García López, José”."""
    parts = whole.split()
    known = [_is_given(fold(part)) for part in parts]
    if "," in whole or len(parts) < 2 or (known[0] and not any(known[1:])):
        return whole
    ends = 1
    while ends < len(parts) - 1 and fold(parts[ends - 1]) in PARTICLES:
        ends += 1
    at = next((place for place in range(ends, len(parts)) if known[place]), len(parts) - 1)
    return f"{' '.join(parts[:at])}, {' '.join(parts[at:])}"


_COMMON = words(
    # en
    "emma olivia ava mia chloe lily amy sarah laura lucy hannah rachel rebecca jessica natalie zoe holly megan karen sharon tracy"
    " liam noah jack harry oliver luke ryan kevin mark simon stephen gary alan ian peter john"
    # es
    " carmen pilar nuria marta lucia elena irene raquel silvia sonia ines rocio beatriz mercedes juan luis jorge pablo sergio javier miguel ivan alvaro ruben"
    # fr
    " marie camille lea manon chloe julie celine sophie aurelie emilie pauline lucie mathilde nathalie isabelle sylvie pierre luc julien nicolas antoine mathieu"
    # de
    " ute heike sabine petra monika birgit silke anja tanja nadine jana lena lisa johanna jurgen klaus uwe dirk jens stefan markus tobias florian matthias"
    # pl
    " ewa magda marta dorota renata iwona halina justyna paulina sylwia urszula wanda zofia lucja grazyna adam piotr pawel tomasz marcin michal jakub lukasz mateusz"
    # pt
    " joao ana fernanda juliana bruna larissa leticia renata vanessa patricia luciana tatiana rodrigo thiago bruno gustavo marcelo leandro vinicius caio"
)
"""Given names of the clinics' countries that no short form brings into the other table."""
