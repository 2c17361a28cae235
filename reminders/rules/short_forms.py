"""Short forms of given names: a table alone, in which ``/`` parts one name from the next.

A name stands with its spellings and short forms; two that stand together may be one person's.
Written for the clinics' six languages from everyday use and checked against the public list
github.com/carltonnorthern/nicknames (Apache 2.0); names that women and men of one family share in
two forms (Daniel, Daniela) stand apart.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from reminders.rules.folding import words

_TABLE = """
abigail abby abbie abi gail / adriana adri / agnieszka aga agusia / aleksandra alexandra alejandra ola olenka alex alexa lexi sandra sasha ale
aleksander alexander alejandro alexandre alex al sandy sasha olek alec / alfred alf alfie fred freddie / alison allison alyson ali allie ally
amanda mandy manda / amelia amy millie mel / andrea andi drea / andreas andi andy / andrew andy drew / andrzej jedrek / angela angie ange
angelika angelica angie geli / ann anne annie nan / anna annie ania anka / antonia toni / antonio toni tono antoni anton toninho
anthony antony tony ant / arthur art artie / barbara barb barbie babs basia bara / beata beatka / beatrice beatrix beatriz bea trixie bia
benjamin ben benny benji / bernadette bernie / bernard bernie barney / bridget bridie biddy / brigitte gitte gitti / camila camilla cami mila milla
cameron cam / carlos carlitos charly / carolina karolina caro carol lina karola / caroline carolyn carol carrie caro lina
cassandra cass cassie sandra
catherine katherine kathryn katharine cathryn cathrine catharine kate katie katy kathy cathy cath kath kat kitty kay cate katarzyna kasia catalina
charles charlie chuck chas chaz / charlotte charlie lottie char lotte / christian chris christi kris
christina kristina cristina krystyna chris chrissie chrissy tina christy kristi cris krysia
christine kristine kirstine chris chrissie chrissy tina christy / christopher kristopher christoph christophe chris kit topher krzysztof krzys
clara klara clarita / claudia claudi / concepcion concha conchita / consuelo chelo / cynthia cindy / daniel dan danny dani
daniela danielle daniella dani danny / david dave davy davey dawid / deborah debra debbie deb debby / dolores lola loli / dominic dominik dom nick
dominique dominika domi / donald don donny / dorothea dorothy dot dotty dottie dora thea / douglas doug
edward eduardo dudu ed eddie eddy ted teddy ned edek edu / eleanor elinor eleonore nell nellie ellie nora
elizabeth elisabeth elizabet elzbieta liz lizzie lizzy beth betty betsy bess eliza elsie libby lisa liza lisbeth ela elise lili elli sissi
emanuel emmanuel manuel manny manu / emily emilia em emmy emmie millie / esther hester ettie / eugenia gena kenia / ewa eva evita ewunia
felicity flick fliss / filip philip phillip philippe felipe phil pip / florence flo florrie flossie
frances francesca franziska fran frankie fanny franzi franny cesca
francis francisco franciszek frank frankie paco pancho fran kiko franek chico franz / frederick frederic friedrich fred freddie fritz rick
gabriela gabriele gabrielle gaby gabi gabby ella / gabriel gabe gaby gabi / gemma jemma gem / genevieve gen genny / geoffrey jeffrey geoff jeff
georgina georgia georgie gina / gerald gerard gerry jerry / gertrud trude trudy gert / gillian jillian gill jill gilly / giuseppe beppe / gloria glo
grace gracie / graham graeme / gregory grzegorz gregor greg grzes / guadalupe lupe lupita / guillermo memo guille / gwendolyn gwen
hannelore hanne lore / harold harry hal / harriet hattie harry / heinrich heinz heiner / helen nell nellie / helena lena lenka leni / helene leni
henry henri henryk hank harry hal heniek enrique quique / howard howie / hugo hugh hughie / ignacio nacho / irena irene renia
isabella isabel isabelle izabela bella izzy belle isa bel iza / jacek jacus / jacqueline jackie jacqui jacky / jaime jamie
jakub jacob jake kuba jakob / james jim jimmy jamie jaime jem / jan janek / jane janey janie / janet jan / janice jan / jennifer jen jenny jenni jenna
jeremy jeremiah jerry jem / jessica jess jessie jesse / jesus chuy / joan joanie / joanna joana jo asia joasia / joanne jo / johanna hanna jo
johannes hannes hans johann / john jon johnny jack / jonathan jon jonny jonathon johnathan nathan / jose pepe josep ze
josef joseph jozef joe joey sepp jupp / josefa pepa pepi / josefina josephine josie jo fina pepa / joshua josh / juan juanito juancho
judith judy judi jude / julia jula jules / julie jules / julian jules / juergen jurgen / karl carl / karen kaz / karin kari / kenneth ken kenny
kimberly kimberley kim / klaus nikolaus claus / larry lawrence laurence lorenzo lars laurie / laura laurie lori / lauren laurie
leonard leo len lenny leonardo / leszek lech / lillian liliana lilian lily lil lilly / linda lindy lin / louis luis louie lou
louise luisa louisa lou lulu / lucia lucy lucie lucja luz / luiz luis lula luizinho / lukasz lukas lucas luke / lynn lynne lyn
madeleine madeline maddy maddie / magdalena magda maddalena lena madzia / malgorzata margarete margaret gosia malgosia gretchen / manuela manu manoli
marcia marci / marcus markus marcos marc mark marek / margaret margarita margot marguerite maggie meg peggy marge greta madge rita daisy
maria marysia mari / mary marie / mariana mari / marianne marian / martha marta marthe / martin marty marcin / martina tina
matthew matthias mateusz mateo matt matty matze mat / maureen mo / maximilian maxim max maksymilian / mercedes merche merce
michael micheal michal miguel michel mike mick mickey micky michi mikey misha / michelle michele shelly chelle / mildred millie milly
monika monica moni mona / natalia natalie nathalie nat talia natasha nata / nathaniel nathan nate nat
nicholas nicolas nikolas nick nicky nico niko nicolau / nicole nicky nikki nic nico / nicola nicky nikki nic nico / oliver olivier ollie oli
olivia olive liv livvy / pamela pam / patricia patrizia patty patti pat trish tricia patrycja paty / patrick patrik patricio pat paddy rick / paula
pauline paulina polly / pawel paul pablo / penelope penny / peter pete pedro piotr piotrek pierre perico / petronela nela / philippa pippa pip
priscilla cilla prissy / rachel rachael raquel rach / raymond ray raimundo / rebecca rebekah becky becca beck bex / regina gina reggie
reginald reg reggie / renata renate rena / richard ricardo ryszard rich rick ricky dick richie rysiek / robert roberto rob bob bobby robbie bert
rodrigo rodri / roger rog / ronald ron ronnie / rosario charo / rosa rosita / rose rosie / rosalind roz ros / rosemary rosie rose
roxanne roxana roxy / samantha sam sammy / samuel sam sammy / sandra sandy / sebastian sebastien seb bastian basti / sean shaun shawn / sergio checo
sharon shaz / sheila shelagh / silvia sylvia sylvie sylwia / simon szymon / simone simona / sophia sofia zofia zosia sofi / sophie sofi
stanislaw staszek stan / stella estela / stephanie stefanie stefania steph steffi stef fanny estefania
stephen steven stephan stefan steve stevie esteban estevao / stuart stewart stu
susan susanna susanne suzanne susana zuzanna sue susie suzie suzy sanne zuza / sydney sidney sid / tadeusz tadek / tatiana tatjana tania tanya
teresa theresa therese tess tessa terry resi tere / theodore teodor ted teddy theo / thomas tomas tomasz tom tommy tomek / timothy tim timmy timo
ursula urszula ulla uschi ursel ula / valentina vale tina / valerie val / vanessa nessa / veronica weronika veronika veronique vero ronnie vroni nica
victoria viktoria wiktoria vicky vicki vic tori tory vikki / victor viktor wiktor vic / vincent vince vinnie vicente / virginia ginny ginger
vivian vivienne viv / walter walt wally / wilhelm willi willy helmut / william bill billy will willie liam guillaume / wojciech wojtek
yolanda yoli jola jolanta / yvonne iwona evonne / zachary zack zac zach / zbigniew zbyszek
maria ma / francisco fco / thomas thos / william wm / james jas / george geo jorge georg / joseph jos / robert robt / samuel saml / manuel ml / fernando fdo nando / soledad sole
javier javi xavier xavi / enrique kike / krzysztof krzysiek / friederike rike / fernanda nanda fer / mohammed mohamed muhammad mohammad mohamad muhammed mohd md mo / aisha ayesha aysha aicha
ahmed ahmad ahmet / fatima fatma fatimah / yusuf yousef youssef / hassan hasan / hussein hussain husain / khadija khadijah / zainab zaynab zeynep / montserrat montse / inmaculada inma macu
milagros mila / pilar pili / remedios reme / encarnacion encarni encarna / trinidad trini / rafael rafa / rafaela rafi rafa / salvador salva / alberto beto albert / roberto beto / gonzalo gonza
santiago santi yago / sebastian seba / joaquin quino ximo / leticia leti / lourdes lurdes / macarena maca / natividad nati / purificacion puri / teodoro teo / sebastien seb / thibault thibaut tibo
benedicte bene / maximilien max / frederique fred / wolfgang wolf / hildegard hilde / gabriele gabi / rosemarie rosi / ingeborg inge / bernhard bernd / gerhard gerd / dietrich dieter / ludwig lutz
margarethe grete / magdalene lene / mathilde tilda / theresia resi / leopold poldi / benedikt bene / konstantin kosta / danuta danka / dorota dorotka / hanna hania / iwona iwonka / jadwiga jadzia / jerzy jurek
kazimierz kazik / kamila kama / lidia lidka / mieczyslaw mietek / miroslaw mirek / przemyslaw przemek / radoslaw radek / roman romek / slawomir slawek / waldemar waldek / wieslawa wiesia / wladyslaw wladek
zygmunt zyga / francisca chica / gustavo guga / adriano dri / aparecida cida / conceicao ceica / joaquim quim / marcelo celo / renato nato / terezinha tere / ashleigh ashley ash / bradley brad / chelsea chels
clifford cliff / clinton clint / courtney court / curtis curt / derek derrick deryck / desmond des / eugene gene / evelyn evie eve / gareth gaz / gilbert gil / heather heth / imogen immy / jasmine jas jaz jazz
joanne jojo / jordan jordy / kelsey kels / lachlan lachie / lesley leslie les / lindsay lindsey lynsey lyndsay lin / lorraine lori raine / marjorie marge / marilyn mari lyn / melanie mel / melissa mel missy
natasha tash / norman norm / phyllis phyl / rosalie rosie / russell russ / seamus shamus / shannon shan / stacey stacy / tabitha tabby / tracey tracy tracie / winifred winnie / zoe zo zoey
"""

_NEIGHBOURS = words(
    "marina marion marian mariano adrian adrien adriana ariana fabian fabien damian damien roland"
    " rolando ronaldo carmen carmel jolene joleen noelia amelie aurelia aurelie marlene marlena"
    " martin marvin melvin calvin kelvin marisa marissa larissa clarissa melissa melisa karina corina"
    " karolin carlina celina selina serena sabrina sabina salina regine regina rosanna roseanna joanna"
    " johanna hannah annika danika monica valeria valerie valentin leandra leander sandro sandra andrea"
    " andrei liliana lilianna eliana elaine eileen aileen ilona aliona alison allison alicia alecia"
    " felicia felicity leonora eleonora ronald donald gerard gerald ernest ernst dennis denise janine"
    " janina jeanine jasmin jazmin yasmin marcel marcela marcelo michel michela micaela stefano stefania"
    " gillian lillian vivian vivien bianca blanca olivia olivier livia lavinia lucian lucien luciana julien"
)
"""Given names that lie one letter from another."""


def _lines() -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(_TABLE.replace("\n", "/").split("/")):
        for name in line.split():
            found[name].add(number)
    return dict(found)


_LINES = _lines()


def lines(name: str) -> set[int]:
    """Return the lines of the table in which a given name stands."""
    return _LINES.get(name, set())


@lru_cache(maxsize=4096)
def may_be_one(first: str, second: str) -> bool:
    """Say whether two given names (small letters, no accents) stand together in the table."""
    return bool(lines(first) & lines(second))


def is_known(name: str) -> bool:
    """Say whether it is a given name of the table, so that a letter more or less is another."""
    return name in _LINES or name in _NEIGHBOURS
