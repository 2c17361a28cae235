"""Words in a service's name that speak against a treatment, or say nothing of its kind: tables
alone, read by ``services``.

All stand as ``folding.fold`` leaves a text. A row is a regular expression between two words' ends.
What a treatment is called stands in each ``protocol.toml``.
"""

from __future__ import annotations

from reminders.rules.folding import phrases, words

UNMEANT = (
    # physiotherapy's dry needling: a needle in a muscle
    r"dry needl\w*", r"intramuscular needl\w*", r"trocken\w* (?:needl|nadel)\w*", r"puncion seca",
    r"agulhamento (?:a )?seco", r"(?:such\w*|suchego) igl\w*", r"igl\w* such\w*",
    r"aiguilles? seches?", r"acu\w* needl\w*",
    # no needle at all
    r"(?:no|non|without|zero|free of) \w*needl\w*", r"\w*needl\w* ?(?:free|less)\w*",
    r"(?:sin|sem|sans|ohne|bez|no) (?:micro ?|mikro ?)?(?:aguj|agulh|aiguill|nadel|igl)\w*",
    r"nadel(?:frei|los)\w*", r"bezigl\w*", r"needle ?point", r"nano ?needl\w*",
    # to talk first is only a condition
    r"(?:no|without|sin|sem|sans|ohne|bez|after) (?:\w+ )?(?:[ck]onsult\w*|konsultac\w*|beratung\w*|patch tests?)(?: (?:needed|required|necessary))?",
    r"(?:[ck]onsult\w*|konsultac\w*|beratung\w*|patch tests?) (?:is |was )?(?:required|needed|first|done|completed|compulsory)",
    r"(?:no|not|without|w o|sin|sem|sans|ohne|bez) (?:prp|prf|plasma|rf|radio ?frequen\w*)",
    # a cream that numbs is part of it
    r"(?:in(?:c|k)\w*|with|w|plus|and|mit|avec|con|com|z) (?:\w+ )?(?:numb|anaesth|anesth|lidoca)\w*(?: creams?)?",
    # scars' own word, and a control that is an aim
    r"scars? revision", r"(?:acne|oil|sebum|pore|pigment\w*|pain|shine) control",
)  # fmt: skip
"""Passages with such words in them that mean something else: left out before reading."""

ASIDE = (
    # to talk before
    r"[ck]onsult\w*", r"konsultac\w*", r"\w*beratung\w*", r"\w*gesprach\w*", r"assessments?",
    r"evaluat\w*", r"evaluac\w*", r"valoracion\w*", r"avaliac\w*", r"diagnos\w*", r"bilan", r"devis",
    r"ocena", r"enquir\w*", r"inquir\w*", r"(?:phone|video|discovery|welfare|check ?in) calls?",
    r"consulta\w*", r"orientacion", r"quotes?", r"kwalifikacj\w*",
    r"(?:tele)?phone calls?", r"call ?backs?", r"model calls?", r"info\w* (?:evening|session|day|night|call)s?", r"open (?:day|evening)s?", r"photos?(?: only)?$",
    # to look after
    r"after ?care\w*", r"post ?care", r"reviews?", r"follow ?ups?", r"following up", r"check ?ups?",
    r"(?:skin|progress|post|final|safety|healing|weeks?|days?|months?) checks?", r"checks?$",
    r"seguim\w*", r"revision\w*", r"revisao", r"revisoes", r"control(?:es|e)?", r"retornos?",
    r"acompanham\w*", r"suivi\w*", r"nachsorg\w*", r"nachkontroll\w*", r"kontroll\w*", r"kontrol[ae]",
    r"kontroln\w*", r"cuidados? pos\w*", r"pos(?:t)? ?(?:tratam|proced|sesi|sess)\w*",
    r"apres ?soins?", r"soins? (?:post|apres)\w*", r"post ?(?:soins?|treatment|procedure|op)",
    r"po ?zabieg\w*", r"opiek\w*", r"wizyt\w* (?:kontroln|sprawdz)\w*", r"touch ?base",
    # to try, to pay, to learn
    r"patch ?tests?", r"test ?patch\w*", r"prueba de parche", r"test cutane", r"hauttest",
    r"allerg\w* tests?", r"allergietest\w*", r"test\w* (?:d |de |na |z )?(?:a?l+erg\w*)", r"prueba de alergia",
    r"numbing creams?", r"patches", r"home ?(?:care|kit)s?", r"(?:gift|e gift) ?\w*", r"\w*vouchers?", r"\w*gutschein\w*", r"(?:bon|cheque|carte) cadeaux?",
    r"(?:tarjeta|bono|cheque|vale) regalo",
    r"(?:cancell?ation|no ?show|late|booking|admin\w*|missed|parking) fees?", r"(?:product|kit|cream|serum)s? (?:pick ?up|collection|purchase|sale)s?", r"pick ?ups?", r"numbing (?:appointment|only|time|slot)", r"retail", r"certificat\w*", r"vale presente", r"(?:karta|bon) \w*podarunk\w*",
    r"deposits?", r"anzahlung", r"acompte", r"zadatek", r"training\w*", r"workshops?", r"master ?class",
    r"formation", r"formacion", r"schulung\w*", r"szkoleni\w*", r"treinamento", r"webinar",
)  # fmt: skip
"""What is no treatment, though it may be about one."""

AROUND = r"(?:post|after|pre|before|prior to|nach|vor|apres|avant|despues de|antes de|po|przed|apos|depois de)"
"""Before the word of a treatment these mean what is done around it: “LED after microneedling”."""

JOINED = (
    r"(?:in(?:c|k)l\w*|w|with|mit|avec|con|com|wraz z|z|ze|and|und|et|y|e|i|plus|samt|then)"
    r"(?: (?:a|an|the|free|full|complimentary|short|una?|uma?|une?|eine[rmn]?|kostenlose[rnm]?|gratis|gratuit\w*|darmow\w*|bezplatn\w*|la|a|die|der))*"
)
"""What joins a talk to a treatment, which then does take place, or may."""

INCLUDED = r"(?:included|incl?|inclus\w*|incluid\w*|inklusive|inkl|enthalten|w cenie)"
"""Behind a talk it says the same: “consultation included”."""

OTHER = (
    r"laser\w*", r"ipl", r"botox", r"\w*fillers?", r"\w*massag\w*", r"masaz\w*", r"masaje\w*", r"\w*wax\w*",
    r"lash\w*", r"brows?", r"nails?", r"manicure", r"pedicure", r"tattoo\w*", r"hifu", r"ultrasound",
    r"hair removal", r"depil\w*", r"epil\w*", r"sculptra", r"profhilo", r"mesothreads?", r"threads?",
    r"(?:hair|knee|joint|shoulder|elbow|tendon)", r"blow ?dry", r"jade", r"acupunct\w*", r"akupun\w*",
    r"supplements?", r"masks?", r"body (?:contour|wrap|sculpt)\w*", r"cellulit\w*", r"cavitat\w*",
)  # fmt: skip
"""With these a doubtful word is in no doubt: it is another service."""

NEUTRAL = words(
    # how long, how often, how much
    "min mins minute minutes minuten minutos minut minuta h hr hrs hour hours std stunde hora horas heure"
    " session sessions sesion sesiones seance seances sitzung sitzungen sesja sessao sessoes single"
    " first second third of x no nr number pack package course series set block paket pakiet pacote"
    " gbp usd eur pln brl off new returning regular client clients repeat initial maintenance top up"
    # where on the body
    " face neck full half chest decollete decolletage hands hand back body area areas scalp eyes eye"
    " upper lower arms legs abdomen visage cou mains gesicht hals hande twarz szyja dekolt rosto pescoco"
    " colo cara rostro cuello escote manos"
    # what everything is
    " treatment treatments tx appointment appt session visit booking service procedure therapy skin"
    " tratamiento tratamientos cita sesion traitement rendez vous rdv soin soins behandlung termin therapie zabieg wizyta"
    " tratamento sessao terapia procedimento premium deluxe standard classic basic advanced signature express"
    # what joins
    " the a an and with for plus in on at by to de del la el los las le les du des et y e o u und mit fur am"
    " der die das i z na do da dos com con avec para pour en w um uma un una une"
)
"""What may stand beside a word that counts only alone; nothing but these is in doubt."""

NOTHING = {""} | phrases("n a | na | none | null | nil | nan | blank | not set | undefined")
"""What systems write where no service was chosen."""
