"""Words by which booking systems say what became of a booking: tables alone, for ``booking_status``.

All stand as ``folding.fold`` leaves a text. A row is a regular expression between two words' ends.
Gathered from the exports and interfaces of the systems clinics use (Acuity, Boulevard, Booksy,
Cal.com, Calendly, Cliniko, Fresha, Jane, Mindbody, Phorest, Setmore, Square, Timely, Vagaro,
Zenoti), iCalendar's STATUS (RFC 5545, 3.8.1.11) and FHIR's AppointmentStatus.
"""

from __future__ import annotations

STILL_STANDS = (
    r"(?:not|non|nao|no|nie|nicht|never|un) ?(?:been )?(?:cancel\w*|annul\w*|storn\w*|abgesagt|anulow\w*|odwol\w*|delet\w*|void\w*|declin\w*|reject\w*|archiv\w*)",
    r"un(?:cancel\w*|delete\w*|archive\w*)", r"reinstated", r"restored", r"re ?activ\w*", r"(?:in )?(?:the )?waiting room", r"(?:en )?sala(?: de espera)?", r"salle d attente", r"wartezimmer",
    r"(?:re ?scheduled|moved|re ?booked) (?:from|in|here)", r"cancellation (?:policy|protection)\b.*",
    r"cancel\w* (?:declin|reject|withdraw|refus)\w*", r"(?:re )?confirmed after no ?show",
)  # fmt: skip
"""Passages with a word of an end in them that say the contrary: it stands."""

ASKED_TO_END = (
    r"(?:cancel\w*|annul\w*|storn\w*|reschedul\w*|delet\w*) (?:is )?(?:request\w*|pending|asked|in review|to be confirmed)",
    r"(?:pending|requested|request for|awaiting|asks? (?:for|to)|wants to|may) (?:a )?(?:cancel\w*|reschedul\w*|move)",
    r"(?:to|needs?|needs to|must|should) (?:be )?(?:reschedul\w*|rebook\w*|cancel)",
    r"(?:payment|card|deposit) (?:failed|declined|rejected|refused|error)",
    r"(?:solicit\w*|demande\w*|anfrage\w*|prosb\w*|pedido) (?:d |de |da |zur |o )?(?:cancel\w*|annul\w*|storn\w*|anulow\w*)",
)  # fmt: skip
"""Somebody wants to end it, or it is not paid, and nobody has ended it yet."""

MOVED = (
    r"re ?schedul\w*", r"re ?booked(?: to)?", r"moved(?: (?:to|away))?", r"postponed", r"bumped",
    r"reprogramad[ao]", r"reagendad[ao]", r"remarcad[ao]", r"aplazad[ao]", r"pospuest[ao]", r"cambiad[ao]",
    r"adiad[ao]", r"transferid[ao]", r"report[ee]e?", r"replanifiee?", r"deplacee?", r"reprogramme[e]?",
    r"verschoben", r"verlegt", r"umgebucht", r"przelozon\w*", r"przesuniet\w*", r"przeniesion\w*", r"zmienion\w* termin\w*",
)  # fmt: skip
"""It went to another time: this row does not take place, another may."""

NOBODY_CAME = (
    r"no ?-?shows?", r"no ?showed", r"noshow\w*", r"ns", r"dna\w*", r"fta", r"uta", r"wnb", r"cna", r"lwbs",
    r"(?:did not|didn ?t|has not|failed to|unable to|could not|not) (?:attend\w*|arriv\w*|show\w*|come|turn up|present\w*)",
    r"non attend\w*", r"unattended", r"absen(?:t|ce|cia|z)\w*", r"(?:non )?excuse\w*", r"nicht da", r"nie odby\w*", r"(?:sin|sem) asist\w*", r"no (?:realizad|efectuad)[ao]", r"missed", r"walked out", r"left without \w+ ?\w*", r"stood up",
    r"no (?:asist\w*|acud\w*|present\w*|vino|se present\w*|lleg\w*|comparec\w*)", r"inasistencia", r"ausen\w*", r"planton",
    r"(?:nao|n) (?:comparec\w*|veio|apareceu|chegou)", r"falt(?:a|ou|as)", r"pas venue?", r"non (?:venue?|presente?e?s?|honoree?)",
    r"(?:ne s est )?pas presentee?", r"lapin", r"(?:nicht|un) ?(?:erschienen|gekommen|angetreten|wahrgenommen|entschuldigt\w*)",
    r"nie (?:przysz\w*|stawi\w*|pojawi\w*|przyby\w*|dotar\w*)", r"nieobecn\w*", r"niestawien\w*", r"abwesend",
)  # fmt: skip
"""The client did not come, and the booking stood until then."""

GONE = (
    # cancelled by anybody, in any wording
    r"\w*cancel\w*", r"cancel+ation\w*", r"cxl\w*", r"cncl\w*", r"canx", r"called off", r"withdrawn", r"revoked",
    r"annul\w*", r"anulad[ao]s?", r"anulacion\w*", r"storno\w*", r"storniert\w*", r"abgesagt\w*", r"absage\w*",
    r"abgemeldet", r"odwol\w*", r"anulow\w*", r"zrezygnow\w*", r"rezygnacj\w*", r"desmarcad[ao]", r"dropped out",
    r"anulat\w*", r"suspendid[ao]", r"desistiu", r"desistenci\w*", r"client (?:ill|sick)",
    *NOBODY_CAME,
    # taken away
    r"deleted?", r"deletion", r"removed", r"trashed", r"erased", r"eliminad[ao]", r"borrad[ao]", r"supprimee?", r"geloscht",
    r"entfernt", r"usuniet\w*", r"skasowan\w*", r"excluid[ao]", r"apagad[ao]", r"suprimid[ao]", r"void\w*", r"archiv\w*",
    r"arquivad[ao]", r"zarchiwiz\w*", r"nul[ao]?", r"ungultig", r"entered in error", r"duplicate\w*", r"disregard\w*", r"inactive",
    # refused
    r"declin\w*", r"reject\w*", r"denied", r"refus\w*", r"rechazad[ao]", r"rejetee?", r"abgelehnt", r"zuruckgewiesen",
    r"odrzucon\w*", r"odmow\w*", r"recusad[ao]", r"rejeitad[ao]", r"negad[ao]", r"blocked", r"blocked (?:out|off|time)",
    # never became one
    r"never (?:booked|confirmed|scheduled|happened|arrived)", r"not (?:booked|scheduled|taking place|going ahead)", r"expired?", r"lapsed", r"timed? ?out",
    r"abandoned", r"failed", r"expirad[ao]", r"caducad[ao]", r"vencid[ao]", r"expiree?", r"abgelaufen", r"verfallen", r"wygas\w*",
    r"draft", r"incomplete booking", r"wait ?list\w*", r"waiting ?list\w*", r"on (?:the )?wait\w*", r"stand ?by", r"lista de espera\w*",
    r"liste d attente", r"warteliste\w*", r"lista (?:oczekuj\w*|rezerwow\w*)", r"rezerwow\w*", r"fila de espera", r"not proceeding",
    # in short, turned away, fallen out, by mistake
    r"l?cx", r"c x", r"canc", r"cxd", r"n s", r"d n a", r"dns", r"chargeback\w*", r"reversed", r"nullified",
    r"(?:did not|not|didn ?t) (?:proceed|go ahead|happen|take place)", r"(?:treatment |session )?not (?:done|treated|carried out|performed|suitable|happening)",
    r"turned away", r"contra ?indicated", r"unsuitable", r"sent home", r"left before \w+", r"(?:too )?(?:ill|sick|unwell)", r"test (?:booking|appointment|entry|client)",
    r"^errors?$", r"mistakes?", r"spam", r"trash", r"lost", r"dropped", r"time off", r"not coming", r"failed to show",
    r"fallid[ao]", r"perdid[ao]", r"incomparecencia", r"desisti\w*", r"falt(?:o|aron|ado)", r"(?:nao|no|nie) (?:realizad[ao]|efetuad[ao]|wykonan\w*|odbyt\w*)", r"reembolsad[ao]",
    r"manquee?", r"decommandee?", r"decalee?", r"rembours\w*", r"pas (?:honoree?|faite?|realisee?|effectuee?)", r"non (?:realisee?|effectuee?|faite?)",
    r"(?:un)?entschuldigt\w*", r"gefehlt", r"ausgefallen", r"fallt aus", r"entfall\w*", r"versaumt", r"verpasst", r"krank\w*", r"nicht (?:durchgefuhrt|stattgefunden|behandelt)", r"erstattet",
    r"nieodbyt\w*", r"skreslon\w*", r"niezrealizowan\w*", r"zwrocon\w*", r"chor[aey]\w*",
)  # fmt: skip
"""It does not take place, and did not."""

NOT_YET = (
    r"request\w*", r"pend\w*", r"tentativ\w*", r"provisional\w*", r"unconfirmed", r"un ?approved", r"unverified",
    r"(?:not|non|nao|no|nie|nicht|yet to be) (?:yet )?(?:confirm\w*|approv\w*|accept\w*|confirmad[ao]|bestatigt|potwierdz\w*|verified)",
    r"to (?:be )?confirm(?:ed)?", r"tbc", r"tba", r"proposed", r"offered", r"invited", r"inquir\w*", r"enquir\w*",
    r"(?:needs|requires|awaits?|awaiting|waiting(?: for)?|waiting on|pending) \w+(?: \w+)?", r"awaiting", r"waiting",
    r"(?:payment|deposit) (?:due|pending|required|needed|outstanding)", r"on ?hold", r"held", r"hold", r"penciled in", r"pencilled in",
    r"in (?:review|approval|request)", r"under review", r"maybe", r"unpaid deposit", r"reserved (?:pending|until)\b.*",
    r"solicitad[ao]", r"por confirmar", r"sin confirmar", r"en espera", r"a confirmer", r"a valider", r"en attente\b.*", r"demandee?",
    r"provisoire", r"provisori[ao]", r"previo", r"angefragt", r"anfrage", r"ausstehend", r"unbestatigt", r"vorlaufig\w*", r"offen",
    r"wartet\b.*", r"vorgemerkt", r"oczekuj\w*", r"niepotwierdzon\w*", r"do potwierdzenia", r"wstepn\w*", r"zgloszon\w*",
    r"a confirmar", r"aguardando\b.*", r"em (?:espera|analise)", r"aguarda\w*", r"nao confirmad[ao]",
    r"needs? \w+", r"(?:not|yet to be) \w+ yet", r"penciled", r"pre ?(?:reserv\w*|agendad\w*|resa)", r"preaviso", r"pte \w+", r"option(?:al)?", r"proposal", r"quoted?",
    r"(?:action|payment|deposit|card|approval) (?:required|needed)", r"(?:incomplete|no) (?:payment|deposit)", r"solicitud\w*", r"\w*anfrage", r"in bearbeitung",
    r"zapytani\w*", r"w oczekiwaniu", r"prosb\w* o \w+", r"nie ?oplacon\w*", r"reserva provisional", r"a l etude", r"en cours de validation", r"zu bestatigen", r"unter vorbehalt",
)  # fmt: skip
"""It is not certain yet: planned only once it is."""

STANDS = (
    r"book\w*", r"booked online", r"confirm\w*", r"schedul\w*", r"accept\w*", r"approved", r"active", r"upcoming", r"planned", r"reserved",
    r"open", r"new", r"ok", r"valid", r"enabled", r"future", r"appointment", r"ready(?: to start)?", r"reminded", r"reminder sent", r"assigned",
    r"confirmad[ao]", r"reservad[ao]", r"programad[ao]", r"agendad[ao]", r"citad[ao]", r"aceptad[ao]", r"aprobad[ao]", r"activ[ao]",
    r"proxim[ao]", r"confirmee?", r"reservee?", r"planifiee?", r"prevue?", r"programmee?", r"acceptee?", r"valid[ee]e?", r"actif",
    r"bestatigt", r"gebucht", r"geplant", r"vereinbart", r"angenommen", r"zugesagt", r"fest", r"aktiv", r"potwierdzon\w*", r"zarezerwowan\w*",
    r"umowion\w*", r"zaplanowan\w*", r"zaakceptowan\w*", r"aktywn\w*", r"marcad[ao]", r"aceit[ao]", r"aprovad[ao]", r"ativ[ao]",
    r"next", r"today", r"pre ?paid", r"a venir", r"bevorstehend", r"anstehend", r"nadchodzac\w*", r"running late", r"on time", r"scheduled online", r"(?:prevista|futura|futuro)", r"zukunftig", r"przyszl[ay]",
)  # fmt: skip
"""It is to take place."""

TOOK_PLACE = (
    r"arrived", r"attended", r"attending", r"present", r"here", r"show(?:ed|n)?(?: up)?", r"kept", r"seen", r"check\w*(?: |-)?(?:in|out)", r"checkout", r"signed in",
    r"started", r"in (?:progress|room|session|service|treatment|chair)", r"service (?:started|ended)", r"completed?", r"fulfilled", r"finished", r"finali[sz]ed", r"final",
    r"done", r"closed", r"ended", r"past$", r"paid", r"walk(?:ed)? ?in", r"invoiced?", r"billed", r"treated", r"taken place", r"took place", r"honou?red", r"fully paid", r"successful",
    r"asisti\w*", r"llego", r"atendid[ao]", r"realizad[ao]", r"finalizad[ao]", r"completad[ao]", r"terminad[ao]", r"hech[ao]", r"cerrad[ao]", r"pagad[ao]", r"acudi\w*",
    r"presentad[ao]", r"en curso", r"arrivee?", r"venue?", r"presente?", r"honoree?", r"realisee?", r"terminee?", r"effectuee?", r"faite?", r"payee?", r"en cours", r"accueillie?",
    r"erschienen", r"angekommen", r"eingetroffen", r"anwesend", r"erledigt", r"abgeschl\w*", r"durchgefuhrt", r"wahrgenommen", r"beendet", r"bezahlt", r"stattgefunden", r"laufend",
    r"przyby\w*", r"przysz\w*", r"obecn\w*", r"zrealizowan\w*", r"zakonczon\w*", r"wykonan\w*", r"odbyt\w*", r"odbyl\w*", r"oplacon\w*", r"w trakcie",
    r"compareceu", r"chegou", r"concluid[ao]", r"finalizad[ao]", r"feit[ao]", r"^pag[ao]$", r"em andamento", r"atendiment\w*",
    r"seated", r"served", r"visited", r"occurred", r"on ?going", r"late arrival", r"arrived late", r"charged", r"sold", r"passed", r"cobrad[ao]", r"facturad[ao]", r"cumplid[ao]", r"en (?:cabina|tratamiento)",
    r"vue?", r"recue?", r"encaissee?", r"facturee?", r"gesehen", r"behandelt", r"kassiert", r"ein ?gecheckt", r"aus ?gecheckt", r"fertig", r"im (?:zimmer|raum)", r"zaplacon\w*", r"rozliczon\w*", r"pagamento efetuado", r"pag[ao] (?:integral|total)\w*",
)  # fmt: skip
"""It takes place now, or took place: whatever is still to be paid or confirmed."""

BILL_OR_CLOCK = (
    r"(?:fully )?paid", r"invoiced?", r"billed", r"charged", r"sold", r"closed", r"past", r"passed", r"final",
    r"pagad[ao]", r"pag[ao]", r"pagamento \w+", r"cobrad[ao]", r"facturad[ao]", r"facturee?", r"payee?", r"encaissee?",
    r"bezahlt", r"kassiert", r"oplacon\w*", r"zaplacon\w*", r"rozliczon\w*", r"cerrad[ao]",
)  # fmt: skip
"""What took place as far as the till or the calendar knows: no word that the client was there."""

OVER = (
    r"completed?", r"fulfilled", r"finished", r"finali[sz]ed", r"done", r"ended", r"service ended", r"ok", r"successful", r"taken place", r"took place", r"occurred",
    r"realizad[ao]", r"finalizad[ao]", r"completad[ao]", r"terminad[ao]", r"hech[ao]", r"cumplid[ao]", r"realisee?", r"terminee?", r"effectuee?", r"faite?",
    r"erledigt", r"abgeschl\w*", r"durchgefuhrt", r"beendet", r"stattgefunden", r"fertig", r"zrealizowan\w*", r"zakonczon\w*", r"wykonan\w*", r"odbyt\w*",
    r"concluid[ao]", r"feit[ao]",
)  # fmt: skip
"""It is over, as many a system says by its clock alone: a word that it took place, and none against a
word that the client did not come.
"""

UNDONE = (
    r"(?:not|non|nao|no|nie|nicht|never) (?:\w+ )?\w+", r"in ?complete\w*", r"unpaid", r"unfinished", r"partial\w* (?:complet|finish|attend|done|treat)\w*", r"partial\w*", r"nie\w+an[aey]", r"unknown",
)  # fmt: skip
"""A word of a treatment that took place, denied: nobody knows what became of it."""

NOTHING = "| n a | na | none | null | nil | nan | undefined | not set | 0000 00 00 | 0000 00 00 00 00 00 | - "
"""What systems write where nothing is to be said."""
