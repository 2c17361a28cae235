"""Tables of the words and phrases that ``keywords`` recognises in clients' texts.

All stand as ``keywords.plain`` leaves a text: small letters without accents or apostrophes,
single spaces. A row of a phrase table is a regular expression that must begin and end at a word.
"""

from __future__ import annotations


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


STOP = _words(
    # Twilio's own, and those of 47 CFR 64.1200(a)(10)
    "stop stopall unsubscribe cancel end quit revoke optout"
    # required of senders in the US and Canada by other carriers
    " remove td arret arrete"
    # the same as people write or mistype them
    " stopp stops unsub unsuscribe unsubcribe unsubscribed optmeout removeme stopit stopnow stoptext"
    " stoptexts stoptexting stopsms stopmessages stopthis nomore nomoretexts nomoremessages sotp"
    # es
    " alto baja parar pare paren para basta yabasta detener cancelar desuscribir desuscribirme"
    " nomas nomasmensajes darmedebaja"
    # fr, de, pl, pt
    " arreter arretez desabonner desinscrire desinscription abmelden abbestellen ende koniec"
    " rezygnuje wypisz sair remover descadastrar"
)
"""Words that opt out when they are the whole text, whatever stands between their letters."""

STRONG = _words(
    "stop stopall unsubscribe optout revoke stopp stopit stoptexting arret alto baja abmelden"
)
"""Those that opt out also as one sentence among others."""

CANCEL = frozenset({"cancel", "cancelar"})
"""Those that may have been meant for an appointment."""

START = frozenset({"start", "unstop", "yes"})
"""Only what Twilio takes for it, or its block would stay; and only as all there is."""

HELP = _words("help info ayuda aide hilfe pomoc ajuda")

COURTESY = _words(
    "please pls plz kindly just now immediately thanks thank thx you ok okay hi hello hey yes sir madam"
    " por favor gracias ya hola si svp merci bonjour bitte danke hallo prosze dziekuje obrigada"
    " obrigado ola"
)
"""What people put around a keyword without changing it."""

_TEXTS = r"(?:texts?|messages?|msgs?|sms|reminders?|notifications?|spam)"
_TEXTING = r"(?:texting|messaging|msging|contacting|spamming|bothering|harassing|pestering)"
_THESE = r"(?:(?:all|any|more|of|the|these|this|those|your|ur|further|such|to|me|us|with|getting|receiving|sending|get|receive|from you) )*"

UNMEANT = (
    # how to stop, as we and spam say it ourselves
    r"(?:reply|text|txt|send|respond|type) (?:with )?(?:stop|end|quit|cancel|unsubscribe)(?: \w+)? (?:to|2) \w+(?: out)?",
    r"(?:responda|responde|envie|escriba|conteste) (?:con )?(?:stop|alto|baja) para \w+(?: de baja)?",
    # the client wants them
    r"(?:dont|do not|never|didnt|did not|please dont ever) (?:stop|unsubscribe|(?:want|mean|wish) to (?:stop|unsubscribe|opt out))",
    r"(?:didnt|did not|never|dont|do not) opt (?:me )?out",
    r"(?:why )?(?:did|have|has|why) (?:you|it|they|u) (?:guys )?stop(?:ped)?",
    r"(?:mean|meant) to (?:stop|unsubscribe|opt out)",
    r"no (?:dejen|dejes|deje|paren|pare) de \w+",
    # what will not stop, and what the client should not do
    r"(?:cant|cannot|can not|wont|will not|doesnt|does not|didnt|not|couldnt) stop(?: \w+)?",
    r"(?:can|could|should|must|do|may|when can|when do) i (?:please )?(?:stop|quit|end|cancel) (?!getting|receiving|these|the (?:texts|messages)|your)\w+",
    # a narrower request, for staff to read: not at that hour
    r"(?:dont|do not|please dont) (?:text|message|msg|contact) (?:me |us )?(?:before|so early|so late|at night|at work|at \d+|after \d+|during|until|on (?:the )?\w+days?|this early|this late|in the (?:morning|evening|night))",
    r"no me (?:escriban|escriba|escribas|manden|mande) (?:antes|de noche|por la noche|tan temprano|tan tarde|los \w+)",
    # the client's own mistakes with numbers
    r"(?:called|dialed|dialled|rang|gave (?:you )?|give (?:you )?|entered|typed|wrote|put|do i have|have i got|did i (?:get|text)|is (?:this|that|it)) ?(?:down )?(?:the|a|my)? ?wrong (?:number|person)",
    r"(?:di|puse|escribi|marque|es este(?: el)?) (?:el |un )?numero (?:equivocado|incorrecto)",
    # I get none any more
    r"(?:bekomme|erhalte|kriege|bekam) (?:ich )?keine \w+(?: mehr)?",
    r"keine \w+(?: mehr)? (?:bekommen|erhalten|gekriegt)",
    r"(?:no recibo|no me llegan|no recibi) mas \w+",
)
"""Phrases in which such words mean something else: they are removed before the text is read."""

WRONG_NUMBER = (
    r"wrong (?:number|nr|num|person|phone|contact|guy|lady|woman|man|girl)",
    r"(?:this|that|it)(?:s| is)? ?(?:not|isnt|no longer|aint) (?:\w+ ){1,3}(?:number|phone|cell|mobile)(?! (?:i|you) )",
    r"(?:nobody|no one|noone|no body) (?:here )?(?:by|with|of|called|named) (?:that|this|the) ?(?:name)?",
    r"(?:someone|somebody) elses? (?:number|phone)|not the person you",
    r"this number (?:now )?belongs to (?:someone|somebody|a different|another)|(?:just|recently) got this number",
    r"numero (?:equivocado|incorrecto|erroneo)|persona equivocada|equivoc\w+ de (?:numero|persona)",
    r"(?:este|ese) (?:ya )?no es (?:el|su) (?:numero|telefono|celular|movil)",
    r"mauvais numero|faux numero|erreur de numero|trompez? de numero",
    r"falsche (?:nummer|person)|nummer (?:ist )?falsch",
    r"zly numer|bledny numer|to pomylka|pomylil\w* numer\w*",
    r"numero errado|pessoa errada",
)
"""The number is not the client's: a stop, and the number does not reach the client."""

STOP_PHRASES = (
    # stop texting
    rf"(?:stop|quit|cease|end) {_THESE}(?:{_TEXTS}|{_TEXTING}|contact)",
    r"stop sending(?! (?:you|it|them to you))|stop (?:texting|messaging|writing|contacting)(?: to)?(?: me| us| this)",
    r"please stop$|stop please$|^(?:please )?stop (?:it|this|that|these|those|everything|all|already)$",
    r"^(?:please )?stop (?:i|im|ive|you|u|already)",
    r"(?:ask|asked|asking|tell|told|telling|want|need|like|beg|begging) (?:you|u|yall|you guys|you people) (?:\w+ )?(?:\w+ )?to (?:please )?stop",
    r"(?:can|could|would|will) (?:you|u|yall) (?:please |guys )?stop$",
    r"(?<!can )(?<!could )(?<!will )(?<!would )(?<!if )(?<!hope )you keep (?:on )?(?:texting|messaging|contacting|spamming|bothering|sending (?:me )?(?:these|this|texts|messages))",
    # do not text
    r"(?:dont|do not|never|not to|no longer|you cant|stop trying to)(?: ever| you)? (?:text|txt|message|msg|contact|sms|bother|spam)(?: to)? (?:me|us|this|here|again|any ?more|my)",
    rf"(?:dont|do not|never) (?:ever )?send (?:me |us )?(?:any ?thing|any ?more|again|{_THESE}{_TEXTS})",
    rf"(?:dont|do not|no longer|never|didnt|did not) (?:want|wanna|wish|need|care|like|ask|asked)(?: for| to)? (?:(?:be|get|getting|receive|receiving|have) )?{_THESE}(?:{_TEXTS}|texted|messaged|contacted)",
    r"(?:dont|do not) want (?:you )?(?:to )?(?:text|texting|message|messaging|contact) (?:me|us)",
    rf"no more (?:{_TEXTS}|texting|messaging|of (?:these|this|those|your)|from you)|^no more$|^no {_TEXTS}(?: please| thanks)?$|^no texting",
    rf"(?:enough|done|fed up|sick|tired) (?:with|of) {_THESE}(?:{_TEXTS}|{_TEXTING})|^enough(?: already)?$",
    # take me off
    r"(?:get (?:me|us)|(?:take|remove|delete|drop|strike|scratch|erase) (?:me|us|this number|this phone|my (?:phone |cell |mobile )?(?:number|name|contact|details|info|data)))(?: and \w+)?(?: (?:off|from|out|of|please|now|asap|immediately)|$)",
    r"lose (?:my|this) number|leave me (?:alone|be)|(?:fuck|f|piss|bugger|sod) off|^go away|^not interested|^(?:this|its|it is|thats) (?:\w+ )?spam",
    r"(?:reporting|reported|report) (?:this|you|it|your number|these)(?: \w+)? (?:as |for )?spam",
    # consent
    r"(?:unsubscribe|unsuscribe|unsubcribe)|opt(?:ing|ed)? (?:me |us )?out|opt-out",
    r"(?:revoke|withdraw|rescind|take back) (?:my |any |all )?(?:consent|permission|authorization|authorisation)",
    r"(?:dont|do not|didnt|did not|never) (?:give (?:you )?(?:my )?)?(?:consent|permission)(?:ed)?|(?:never|didnt|did not) (?:sign|signed) up (?:for|to)",
    rf"(?:cancel|end|discontinue|turn off|disable|deactivate) (?:my (?:text )?subscription|{_THESE}{_TEXTS})",
    # es
    r"no (?:me |nos )?(?:escriba[ns]?|escribas|contacte[ns]?|moleste[ns]?|textee[ns]?)(?! (?:antes|de noche))",
    r"no (?:me |nos )?(?:mande[ns]?|envie[ns]?) (?:mas|mensajes?|sms|textos?|nada|estos?|esos?|este tipo|ningun)",
    r"(?:deja|dejen|deje|dejad|para|paren|pare) (?:ya )?de (?:escribir|mandar|enviar|molestar|textear|contactar|mensajear)(?:me|nos)?",
    r"no (?:quiero|deseo|necesito|quisiera)(?: (?:mas|recibir|que me (?:escriban|manden|envien|contacten)|estos|esos|sus|tus|ningun))*(?: (?:mensajes?|textos?|sms|recordatorios?|mensajitos?)|(?<=escriban)|(?<=contacten))",
    r"no mas (?:mensajes?|textos?|sms|recordatorios?)|basta de (?:mensajes|textos|sms)|ni un mensaje mas|^no quiero mas$",
    r"(?:quite|quiten|quita|borre|borren|borra|elimine|eliminen|elimina|saque|saquen|saca|retire|retiren)(?:me|nos)(?: (?:de|por favor|ya|gracias)(?: (?:la|esta|su|tu|sus|aqui|ahi))?(?: (?:lista|base|sistema|registro|numero|listas))?)?$",
    r"(?:quite|quiten|quita|borre|borren|borra|elimine|eliminen|elimina|saque|saquen|saca|quitar|borrar|eliminar) (?:mi|este) (?:numero|telefono|nombre|contacto|celular)",
    r"(?:quite|quiten|quita|borre|borren|borra|elimine|eliminen|elimina|saque|saquen|saca)(?:me|nos) de (?:la|esta|su|tu|sus|una) (?:lista|base|sistema)",
    r"(?:dar|dame|deme|denme|darme|darnos|dadme|doy|dar me) de baja|(?:quiero|solicito|pido) (?:la |mi )?baja",
    r"cancel\w* (?:la |mi |esta )?suscripcion|desuscri\w+|(?:deja|deje|deje[ns]|dejad)(?:me|nos|nme) en paz",
    r"(?:retiro|revoco) (?:mi |el )?consentimiento|no (?:autorizo|di mi (?:consentimiento|permiso|autorizacion))",
    r"cancel\w* (?:los |estos |sus |mis )?(?:mensajes|textos|sms|recordatorios)",
    # fr
    r"(?:ne )?(?:me |m)?(?:envoyez|envoyer|ecrivez|ecrire|contactez|contacter|textez|derangez) plus",
    r"arrete[rz]? (?:de |d)?(?:m|me |ces |les |vos )?(?:envoyer|ecrire|contacter|messages|sms|textos)",
    r"(?:je )?ne (?:veux|souhaite) plus (?:recevoir|de (?:messages|sms|textos))|desabonne\w*|desinscri\w*",
    r"(?:retirez|enlevez|supprimez) (?:moi|mon numero)|laissez moi tranquille",
    # de
    r"keine weiteren (?:sms|nachrichten|texte|erinnerungen)|(?:bitte )?keine (?:sms|nachrichten|erinnerungen) mehr|^(?:bitte )?keine (?:sms|nachrichten)(?: bitte)?$",
    r"schreib(?:en sie|t)? mir (?:bitte )?nicht(?: mehr)?|nicht mehr (?:anschreiben|kontaktieren|schreiben)",
    r"(?:melden|melde) (?:sie )?mich (?:bitte )?ab|(?:lassen sie|lasst|lass) mich in ruhe|aus (?:der|ihrer|eurer) liste",
    # pl
    r"nie (?:pisz|piszcie|wysylaj|wysylajcie|przysylaj|przysylajcie)(?: \w+)?|przestan(?:cie)? (?:pisac|wysylac|przysylac)",
    r"nie chce (?:juz |wiecej |otrzymywac |dostawac )+|wypisz(?:cie)? mnie|usun(?:cie)? (?:moj|ten) numer",
    # pt
    r"nao (?:me )?(?:mande|mandem|envie|enviem|escreva|escrevam|contate|perturbe)m? (?:mais|mensagens|nada|sms)",
    r"(?:pare|parem|para) de (?:me )?(?:mandar|enviar|escrever|perturbar)|nao quero (?:mais )?(?:receber )?(?:mais )?(?:mensagens|sms)",
    r"me (?:tire|tira|remova|remove|exclua)m? d(?:a|essa|esta|a sua) lista|descadastr\w*",
)
"""What a reasonable person reads as stop (47 CFR 64.1200(a)(10)), wherever it stands."""

ALARMS = {
    "breathing": (
        r"(?:cant|cannot|can not|cannot|couldnt|hard to|difficult to|struggling to|trouble|difficulty|problems?) (?:to )?breath\w*",
        r"short(?:ness)? of breath|breathless|wheez\w*|chok(?:e|ing)|throat (?:is )?(?:clos\w*|swell\w*|swollen|tight\w*)|tight(?:ness)? (?:in )?(?:my )?(?:chest|throat)|chest pain|anaphyla\w*|epi ?pen",
        r"no (?:puedo|puede) respirar|(?:cuesta|dificultad para|falta (?:de|el)|me falta el) (?:respirar|aire|al respirar)|me ahogo|garganta (?:cerrada|hinchada)|se me cierra la garganta|dolor (?:de|en el) pecho|anafilaxi\w*",
        r"(?:peux|arrive) (?:pas|plus) (?:a )?respirer|mal a respirer|(?:keine luft|atemnot|nicht atmen)|(?:nie moge oddychac|duszno\w*|dusze sie)|nao consigo respirar|falta de ar",
    ),
    "swelling": (
        r"(?:swollen|swelling|swelled|puffy) (?:\w+ ){0,3}(?:lips?|tongue|face|throat|eyes?|eyelids?|mouth)|(?:lips?|tongue|face|throat|eyes?|eyelids?|mouth) (?:\w+ ){0,4}(?:swollen|swelling|swelled|swell|balloon\w*|shut)",
        r"(?:labios?|lengua|cara|boca|ojos?|parpados?|garganta) (?:\w+ ){0,4}hinch\w+|hinch\w+ (?:\w+ ){0,3}(?:labios?|lengua|cara|boca|ojos?|parpados?)",
        r"(?:levres|langue|visage|yeux) (?:\w+ ){0,3}(?:gonfle\w*|enfle\w*)|(?:lippen?|zunge|gesicht|augen?) (?:\w+ ){0,3}geschwollen|opuchni\w+|(?:labios|lingua|rosto|olhos?) (?:\w+ ){0,3}inchad\w*",
    ),
    "infection": (
        r"pus|puss|pussy|ooz(?:e|es|ing|y)|weeping|infect\w*|fevers?|feverish|chills|septic|sepsis|abscess|cellulitis|(?:yellow|green) (?:fluid|stuff|discharge|crust\w*|liquid)|smells? (?:bad|awful|funny)",
        r"(?:redness|rash|red|heat|it|swelling|pain|infection) (?:\w+ ){0,4}(?:spreading|spreads|growing|getting bigger)|spreading (?:redness|rash|heat)|red (?:streaks?|lines?)|hot (?:to (?:the )?touch|and (?:swollen|painful|hard))|getting (?:much )?(?:worse|hotter)",
        r"supura\w*|infec\w+|fiebre|calentura|escalofrios|(?:liquido|costra|secrecion) (?:amarill\w+|verde)|rojez se extiende|se (?:me )?(?:extiende|esta extendiendo|esta pasando a)|huele mal|(?:cada vez|mucho) peor|esta peor|empeora\w*",
        r"fievre|frissons|suinte\w*|s?etend|fieber|eiter\w*|schuttelfrost|breitet sich aus|entzund\w*|gorac?zk\w*|ropa|ropie\w*|zakazeni\w*|febre|calafrios",
    ),
    "blisters": (
        r"blister\w*|cold sores?|herpes|shingles|hives|welts|burn(?:s|ed|t) (?:my )?(?:skin|face)|chemical burn|open (?:sore|wound)s?|skin (?:is )?(?:peeling off|black|purple|dead)|scarr?ing",
        r"ampoll\w+|herpes|fuegos?|ronchas?|urticaria|quemadur\w+|quemad[ao]|llagas?",
        r"cloques?|ampoules|boutons? de fievre|urticaire|brulures?|blasen|blaschen|fieberblas\w*|nesselsucht|quaddeln|pecherz\w*|opryszczk\w*|pokrzywk\w*|bolhas?|urticaria|queimadur\w*",
    ),
    "bleeding": (
        r"(?:wont|will not|doesnt|cant|not) stop bleeding|bleeding (?:\w+ ){0,3}(?:wont|will not|doesnt|not|hasnt|heavily|badly|a lot|lots|still|again)|still bleeding|bleeding",
        r"sangr(?:a|ado|ando|e|o) ?(?:mucho|todavia)?|(?:saigne\w*|blutet|krwawi\w*|sangrando|sangramento)",
    ),
    "pain": (
        r"(?:severe|extreme|intense|terrible|unbearable|horrible|excruciating|worst|agonizing|bad|so much|lots of|a lot of|really|throbbing|increasing) pain\w*|pain (?:\w+ ){0,4}(?:worse|unbearable|severe|bad|killing|10)|agony|hurts? (?:so much|a lot|so bad\w*|really bad\w*|like hell|more)|burning (?:so |really )?(?:bad\w*|a lot|like)|numb(?:ness)?|drooping",
        r"(?:mucho|muchisimo|fuerte|insoportable|terrible|intenso|horrible) dolor|dolor (?:muy |es |tan )*(?:fuerte|insoportable|intenso|terrible|horrible)|duele (?:mucho|muchisimo|cada vez|demasiado)|me arde (?:mucho|muchisimo)|adormecid\w*",
        r"(?:tres|tellement|trop) mal|douleur (?:forte|insupportable|intense)|starke schmerzen|unertraglich\w*|silny bol|bardzo boli|muita dor|dor (?:forte|insuportavel)",
    ),
    "fainting": (
        r"faint\w*|pass(?:ed|ing) out|dizz\w*|confused|collaps\w*|unconscious|vomit\w*|throwing up|seizure",
        r"desmay\w*|mareos?|maread[ao]|vomit\w*|evanoui\w*|ohnmacht\w*|schwindel\w*|zemdla\w*|desmai\w*|tontura",
    ),
    "eyes": (
        r"(?:cant|cannot|can not|hard to) see(?! (?:you|the|any|how|why|my appointment|it helping))|blurr\w* (?:vision|eyes?)|(?:vision|eyesight) (?:\w+ ){0,2}(?:blurr\w*|gone|loss|worse)|(?:lost|losing) (?:my )?(?:vision|sight)|eye pain",
        r"no (?:puedo )?ve[or] (?:bien|nada|con)|vision borrosa|veo borroso|dolor (?:de|en el) ojo",
    ),
    "emergency": (
        r"emergency|emergencies|urgent(?:ly)?|911|999|112|ambulance|hospital|urgent care|e r|reaction|allerg\w*|suicid\w*|kill myself|hurt myself|want to die",
        r"emergencias?|urgencias?|urgente|ambulancia|reaccion|alergi\w*|suicid\w*|matarme|quiero morir",
        r"urgence|ambulance|allergi\w*|notfall|notarzt|dringend|allergisch\w*|pogotowie|szpital|pilne|alergi\w*|urgente|emergencia",
    ),
}
"""Signs of alarm that put a text first in the inbox, the most serious first; they never change what
a text does."""
