"""Language names: what lists call languages, by name or code, in our own languages."""

from __future__ import annotations

import re

from reminders.rules.folding import fold, words
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

_TABLE = {
    "en": "english | eng | ingles | inglesa | anglais | englisch | angielski | inglesa | uk english | english language",
    "en-GB": "english uk | english gb | british english | english united kingdom | british | uk | en uk",
    "en-US": "english us | english usa | american english | american | us english",
    "es": "spanish | spa | espanol | espagnol | spanisch | hiszpanski | espanhol | castellano | castilian | castellana | esp",
    "fr": "french | fra | fre | frances | francais | franzosisch | francuski | france",
    "de": "german | deu | ger | aleman | allemand | deutsch | niemiecki | alemao",
    "pl": "polish | pol | polaco | polonais | polnisch | polski | polones | po polsku",
    "pt-BR": "portuguese brazil | brazilian portuguese | portugues brasil | portugues do brasil | brazilian | ptbr | brasileiro | portugais bresil | portugiesisch brasilien",
    "pt": "portuguese | por | portugues | portugais | portugiesisch | portugalski | portuguese portugal | portugues portugal",
    "it": "italian | ita | italiano | italien | italienisch | wloski",
    "nl": "dutch | nld | dut | nederlands | neerlandais | niederlandisch | holandes | neerlandes | niderlandzki",
    "uk": "ukrainian | ukr | ukrainski | ukrainisch | ucraniano | ukrainien | українська",
    "ru": "russian | rus | ruso | russe | russisch | rosyjski | russo | русский",
    "ro": "romanian | ron | rum | rumano | roumain | rumanisch | rumunski | romeno | romana",
    "ar": "arabic | ara | arabe | arabisch | arabski | العربية",
    "tr": "turkish | tur | turco | turc | turkisch | turecki | turkce",
    "zh": "chinese | zho | chi | mandarin | chino | chinois | chinesisch | chinski | chines | 中文",
    "ca": "catalan | cat | catala | katalanisch",
    "sv": "swedish | swe | svenska | schwedisch",
    "da": "danish | dan | dansk | danisch",
    "cs": "czech | ces | cze | cestina | tschechisch | czeski",
    "el": "greek | ell | gre | griego | grec | griechisch | grecki",
    "he": "hebrew | heb | hebreo",
    "hi": "hindi | hin",
    "ja": "japanese | jpn | japones | japonais | japanisch",
    "ko": "korean | kor",
    "vi": "vietnamese | vie | vietnamita",
}  # fmt: skip
"""ISO 639-2's three letters, and the names in our languages."""

_CODES = words(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et"
    " eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl"
    " km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj"
    " om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to"
    " tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1's two letters."""

_KNOWN = {
    fold(name).replace(" ", ""): tag for tag, row in _TABLE.items() for name in row.split("|")
}


def read_language(cell: str) -> str:
    """Return the tag of a language written as a code or a name, alone or with its country; of
    several the first. Empty where nothing is said.

    Raises ``InputError``; no language is made up.
    """
    said = fold(cell).replace(" ", "")
    if said in _NOTHING:
        return ""
    found = re.match(r"([A-Za-z]{2})(?:[-_ ]([A-Za-z]{2})\b)?(?=$|[-_/,;&+])", cell.strip())
    if said in _KNOWN:
        return _KNOWN[said]
    if found and found[1].lower() in _CODES:
        return found[1].lower() + (f"-{found[2].upper()}" if found[2] else "")
    first = next((word for word in fold(cell).split() if word in _KNOWN), None)
    if first is None:
        raise InputError(
            gettext("This language is not known."),
            gettext("Write its name or code, for example English or en."),
        )
    return _KNOWN[first]


_NOTHING = words("default other notspecified any")
