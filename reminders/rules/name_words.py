"""Words around people's names: titles, particles, remarks and what is no person, tables alone.

All stand as ``folding.fold`` leaves a text.
"""

from __future__ import annotations

from reminders.rules.folding import phrases, words

TITLES = words(
    "mr mrs ms miss mx dr prof professor doctor doctora docteur doutor doutora rev sir madam mister"
    " sra srta senor senora senorita dna mme mlle mrs monsieur madame mademoiselle herr frau hr"
    " pani dra senhor senhora prof profa dipl mgr lic licda"
)
"""Stand before a name and are never one."""

TITLES_OR_NAMES = words(
    "don dona dom lady lord dame pan m fr sr mag ing sor padre father sister hon st"
)
"""Titles where a given name still follows, else names."""

CREDENTIALS = words("phd md rn esq mba dds bsc msc llb frcs mrcs dphil cpa dvm pharmd aprn")
"""Stand after a name and are no part of it."""

GENERATIONS = words("jr jnr junior sr snr senior ii iii iv filho neto fils pere")
"""Tell parent and child of one name apart."""

PARTICLES = words(
    "de da do das dos del della di du des d la le las los el al van von der den ter ten zu zum zur"
    " vom af av bin ibn ben bint abu san santa y e i of"
)
"""Small words inside a family name; written small, and not compared."""

AND = words("and und et y e i oraz con mit avec plus")
"""Between two given names they mean two people."""

REMARKS = phrases(
    "vip | vvip | v i p | do not | dont | don t | dnc | dnd | no call | call | calls | called | text | texts | email | owes | owe | owing"
    " | debt | deposit | unpaid | paid | pays | banned | blocked | blacklist | blacklisted | barred | allergy | allergic | allergies | latex"
    " | pregnant | deceased | died | rip | late | no show | noshow | new | new client | new patient | old | duplicate | dup | dupe | merge"
    " | merged | use other | wrong number | staff | staff member | model | influencer | friend of | wife of | husband of | mum of | mom of"
    " | mother of | daughter of | son of | sister of | partner of | carer | c o | nee | née | aka | formerly | see notes | see | note | notes"
    " | client | patient | customer | guest of | member | gold | silver member | platinum | cash only | card only | voucher | discount"
    " | under 18 | minor | complaint | difficult | rude | careful | warning | alert | attention | important | urgent | confirmed | cancelled"
    " | moved | left | inactive | prefers | preferred | only | after | before | week | appt | appointment | online | walk in | referral"
    " | no llamar | debe | nueva | nuevo | clienta | cliente | paciente | embarazada | alergica | alergico | fallecida | fallecido | no contactar"
    " | ne pas | appeler | doit | nouvelle | nouveau | cliente | enceinte | allergique | decedee | decede"
    " | nicht anrufen | schuldet | neu | neukunde | neukundin | kundin | kunde | schwanger | allergie | verstorben | geb | geborene | achtung"
    " | nie dzwonic | winna | winien | nowa | nowy | klientka | klient | ciaza | alergia | zmarla | zmarl | uwaga"
    " | nao ligar | deve | nova | novo | gravida | alergica | falecida | falecido | atencao | z domu"
)
"""What staff write behind a name; from there on nothing is the name's."""

PLACEHOLDERS = phrases(
    "test | tests | testing | tester | test test | demo | dummy | fake | sample | example | asdf | qwerty | abc | xxx | xx | x | zzz | aaa"
    " | unknown | n a | na | none | null | nil | no name | noname | anonymous | anon | client | customer | patient | guest | walk in | walkin"
    " | someone | somebody | tbc | tba | new client | new patient | name | first name | firstname | last name | blank | block | blocked | busy"
    " | hold | lunch | break | staff | admin | owner | reception | do not book | delete | deleted"
    " | prueba | ejemplo | desconocido | desconocida | sin nombre | cliente | clienta | paciente | nombre | anonimo"
    " | essai | exemple | inconnu | inconnue | sans nom | client test | prenom | anonyme"
    " | probe | muster | mustermann | unbekannt | ohne namen | kunde | kundin | testkunde | testkundin | vorname | anonym"
    " | proba | przyklad | nieznany | nieznana | brak | klient | klientka | imie"
    " | teste | exemplo | desconhecido | desconhecida | sem nome | nome"
    " | the | mum | mom | mother | dad | father | husband | wife | daughter | baby | child | kid | mobile | phone | email | sms"
    " | yes | no | true | false | si | nao | oui | non | ja | nein | tak | nie"
)
"""What stands where a name should, and is none."""

COMPANIES = words(
    "ltd limited llc llp inc gmbh ltda eireli sarl corp corporation company clinic clinics klinik klinika"
    " clinique clinica salon studio spa praxis hotel centre center zentrum centro gabinet aesthetics"
    " beauty cosmetics academy agency holdings group solutions services enterprises hospital pharmacy"
    " school university charity foundation associates gesellschaft firma empresa spolka sp"
    " family household familie famille familia rodzina"
)
"""No one person is called so."""

COMPANY_LETTERS = words("sl slu sa sas bv ag kg")
"""The same where they stand as letters: “S.L.”"""

TWO_LETTERS = words(
    "al an bo cy di ed el em io jo ka ko le li lo lu ly ma mo my ny om oz pi qi ra ro su ty vi wu xi yi yu zo"
    " ji hu ho ha ai an ya yo bi ya na si te ze"
)
"""Given names that look like initials in capitals."""
