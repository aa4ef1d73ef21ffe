"""What caretaking says, one text a line in bokmål, nynorsk and English."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str, str]] = {
    # key: (bokmål, nynorsk, English)
    "count.care": ("i saksomsorgen", "i saksomsorga", "in caretaking"),
    "care.heading": ("Saksomsorg", "Saksomsorg", "Caretaking"),
    "care.lead": (
        "Det som ikke kan journalføres, godkjennes eller avsluttes ennå, og det roboten foreslår. Alt: postrobot cases list",
        "Det som ikkje kan journalførast, godkjennast eller avsluttast enno, og det roboten føreslår. Alt: postrobot cases list",
        "What cannot be journaled, approved or closed yet, and what the robot proposes. All of it: postrobot cases list",
    ),
    "care.none": ("Ingenting venter i arkivet.", "Ingenting ventar i arkivet.", "Nothing waits in the archive."),
    "care.number": ("Antall", "Tal", "Number"),
    "care.what": ("Hva", "Kva", "What"),
    "care.do": ("Det som hjelper", "Det som hjelper", "What helps"),
    "care.examples": ("For eksempel", "Til dømes", "For example"),
    "care.best": (
        "Det som hjelper mest: {number} saker mangler bare {what}; i {single} av dem står bare én ting igjen.",
        "Det som hjelper mest: {number} saker manglar berre {what}; i {single} av dei står berre éin ting att.",
        "What would help most: {number} cases lack only {what}; in {single} of them a single thing is left.",
    ),
    "care.best_one": (
        "Det som hjelper mest: {number} saker mangler bare {what}, én ting i hver.",
        "Det som hjelper mest: {number} saker manglar berre {what}, éin ting i kvar.",
        "What would help most: {number} cases lack only {what}, a single thing in each.",
    ),
    "status.care": ("saksomsorg: {number} venter (postrobot cases list)", "saksomsorg: {number} ventar (postrobot cases list)", "caretaking: {number} wait (postrobot cases list)"),
    "care.task.journalfør": ("Journalføring", "Journalføring", "Journalling"),
    "care.task.ferdigstill": ("Ferdigstilling", "Ferdigstilling", "Finishing"),
    "care.task.godkjenn": ("Godkjenning", "Godkjenning", "Approving"),
    "care.task.avskriv": ("Avskrivning", "Avskriving", "Sign-off"),
    "care.task.avslutt": ("Avslutning", "Avslutning", "Closing"),
    "care.task.frist": ("Frister", "Fristar", "Deadlines"),
    "care.task.duplikat": ("Dobbelt registrert", "Dobbelt registrert", "Registered twice"),
    "care.task.flytt": ("Flytting", "Flytting", "Moving"),
    "care.kind.missing": ("mangler: {codes}", "manglar: {codes}", "lacks: {codes}"),
    "care.kind.proposed": ("er klart, men ikke slått på (fra status {codes})", "er klart, men ikkje slått på (frå status {codes})", "is ready, but not switched on (from status {codes})"),
    "care.kind.kept": ("står etter husets regel {codes}", "står etter regelen {codes} i huset", "kept by the house's rule {codes}"),
    "care.kind.rule": ("reglene kan ikke avgjøre det ({codes})", "reglane kan ikkje avgjere det ({codes})", "the rules cannot tell ({codes})"),
    "care.kind.refused": ("arkivet sa nei", "arkivet sa nei", "the archive said no"),
    "care.kind.doubt": ("arkivet har ikke svart for sikkert", "arkivet har ikkje svart for sikkert", "the archive has not answered for certain"),
    "care.kind.told": ("bør ses på", "bør sjåast på", "should be looked at"),
    "care.do.proposed": ("Slå på oppgaven under omsorg.utfoer i oppsettet, eller gjør det i arkivet.", "Slå på oppgåva under omsorg.utfoer i oppsettet, eller gjer det i arkivet.", "Switch the task on under omsorg.utfoer, or do it in the archive."),
    "care.do.kept": ("Ingenting; roboten ser på saken igjen når regelen slipper den.", "Ingenting; roboten ser på saka att når regelen slepper ho.", "Nothing; the robot looks again when the rule lets the case go."),
    "care.do.rule": ("To regler er uenige, eller noe en regel spør om, er ukjent. Rett reglene.", "To reglar er usamde, eller noko ein regel spør om, er ukjent. Rett reglane.", "Two rules disagree, or something a rule asks for is unknown. Mend the rules."),
    "care.do.refused": ("Se hva arkivet sa, og rett det der; roboten prøver igjen når noe er endret.", "Sjå kva arkivet sa, og rett det der; roboten prøver att når noko er endra.", "See what the archive said and mend it there; the robot tries again when something has changed."),
    "care.do.doubt": ("Roboten slår det opp igjen neste natt. Står det lenge, se i arkivet.", "Roboten slår det opp att neste natt. Står det lenge, sjå i arkivet.", "The robot looks it up again the next night. If it stays, look in the archive."),
    "care.do.told": ("Se på det i arkivet.", "Sjå på det i arkivet.", "Look at it in the archive."),
    "care.lack.sak_åpen": ("saken eller arkivdelen er avsluttet", "saka eller arkivdelen er avslutta", "the case or the arkivdel is closed"),
    "care.lack.type": ("feil journalposttype for partene", "feil journalposttype for partane", "the wrong journalposttype for the parts"),
    "care.lack.datoer": ("mottatt dato eller sendt dato", "motteken dato eller sendt dato", "the date received or sent"),
    "care.lack.avsender": ("avsender", "avsendar", "a sender"),
    "care.lack.mottaker": ("mottaker", "mottakar", "a recipient"),
    "care.lack.enhet": ("intern mottaker med enhet", "intern mottakar med eining", "an internal recipient with a unit"),
    "care.lack.tittel": ("tittel, eller offentlig tittel", "tittel, eller offentleg tittel", "the title, or the public one"),
    "care.lack.hoveddokument": ("nøyaktig ett hoveddokument med fil", "nøyaktig eitt hovuddokument med fil", "exactly one main document with its file"),
    "care.lack.dokumentstatus": ("ferdigstilte dokumenter (F)", "ferdigstilte dokument (F)", "finished documents (F)"),
    "care.lack.tilgang": ("vurdert tilgang med hjemmel", "vurdert tilgang med heimel", "an access decision with its provision"),
    "care.lack.duplikat": ("avklaring: samme brev er registrert før", "avklaring: same brev er registrert før", "an answer: the same letter was registered before"),
    "care.lack.ikke_ekspedert": ("ekspedering: brevet er ikke sendt", "ekspedering: brevet er ikkje sendt", "dispatch: the letter was not sent"),
    "care.lack.klasse": ("primær klasse (CL1)", "primær klasse (CL1)", "the primary class (CL1)"),
    "care.lack.journalstatus": ("journalføring av alt i saken (CL2)", "journalføring av alt i saka (CL2)", "journalling of everything in it (CL2)"),
    "care.lack.arkivformat": ("arkivformat på et dokument (CL3)", "arkivformat på eit dokument (CL3)", "archive format of a document (CL3)"),
    "care.lack.restanse": ("avskrivning av inngående post eller notat (CL4)", "avskriving av inngåande post eller notat (CL4)", "sign-off of incoming post or a note (CL4)"),
    "care.lack.ansvarlig": ("saksansvarlig eller enhet (CL5)", "saksansvarleg eller eining (CL5)", "the person responsible or the unit (CL5)"),
    "care.lack.arkivdel": ("en arkivdel som tar endringer", "ein arkivdel som tek endringar", "an arkivdel that takes changes"),
    "care.do.sak_åpen": ("Flytt journalposten til en åpen sak.", "Flytt journalposten til ei open sak.", "Move the entry to an open case."),
    "care.do.type": ("Et notat med ekstern part er et brev: registrer det som I eller U.", "Eit notat med ekstern part er eit brev: registrer det som I eller U.", "A note with an external part is a letter: register it as I or U."),
    "care.do.datoer": ("Fyll inn datoen i arkivet.", "Fyll inn datoen i arkivet.", "Fill in the date in the archive."),
    "care.do.avsender": ("Legg til avsenderen.", "Legg til avsendaren.", "Add the sender."),
    "care.do.mottaker": ("Legg til mottakeren.", "Legg til mottakaren.", "Add the recipient."),
    "care.do.enhet": ("Fordel den til en enhet.", "Fordel han til ei eining.", "Give it to a unit."),
    "care.do.tittel": ("Rett tittelen. Er noe skjermet, må den offentlige tittelen være uten de ordene.", "Rett tittelen. Er noko skjerma, må den offentlege tittelen vere utan dei orda.", "Mend the title. Where something is shielded, the public title must be without it."),
    "care.do.hoveddokument": ("Legg til filen som mangler, eller gjør de andre til vedlegg.", "Legg til fila som manglar, eller gjer dei andre til vedlegg.", "Add the missing file, or make the others attachments."),
    "care.do.dokumentstatus": ("Sett dokumentet til ferdigstilt (F). For sendte brev gjør roboten det når «ferdigstill» er slått på.", "Set dokumentet til ferdigstilt (F). For sende brev gjer roboten det når «ferdigstill» er slått på.", "Set the document to F. For letters that were sent the robot does it when «ferdigstill» is on."),
    "care.do.tilgang": ("Vurder tilgangen: åpen, eller kode med hjemmel og det som skjules.", "Vurder tilgangen: open, eller kode med heimel og det som blir skjult.", "Decide the access: open, or a code with its provision and what is hidden."),
    "care.do.duplikat": ("Sett den ene til utgår (U) med merknad, eller bekreft at de er to brev.", "Set den eine til utgår (U) med merknad, eller stadfest at dei er to brev.", "Set one of them to U with a remark, or confirm that they are two."),
    "care.do.ikke_ekspedert": ("Send brevet og sett det til ekspedert (E), eller sett det til utgår.", "Send brevet og set det til ekspedert (E), eller set det til utgår.", "Send the letter and set it to E, or set it to U."),
    "care.do.klasse": ("Sett primær klasse på saken.", "Set primær klasse på saka.", "Set the primary class."),
    "care.do.journalstatus": ("Se under journalføring hva posten mangler.", "Sjå under journalføring kva posten manglar.", "See under journalling what the entry lacks."),
    "care.do.arkivformat": ("Roboten lager PDF/A av det den kan; resten står under «uten arkivformat» med årsak.", "Roboten lagar PDF/A av det han kan; resten står under «utan arkivformat» med årsak.", "The robot makes PDF/A of what it can; the rest stands under «without archive format» with the cause."),
    "care.do.restanse": ("Avskriv det som er besvart, eller slå på avskrivning.", "Avskriv det som er svart på, eller slå på avskriving.", "Sign off what is answered, or switch sign-off on."),
    "care.do.ansvarlig": ("Sett saksansvarlig og enhet; de fryses når saken avsluttes.", "Set saksansvarleg og eining; dei blir frosne når saka blir avslutta.", "Set who is responsible and the unit; they freeze at closing."),
    "care.do.arkivdel": ("Saken ligger i en avsluttet arkivdel; arkivansvarlig må avgjøre det.", "Saka ligg i ein avslutta arkivdel; arkivansvarleg må avgjere det.", "The case lies in a closed arkivdel; the archivist must decide."),
    "care.rule.rules_disagree": ("reglene er uenige", "reglane er usamde", "the rules disagree"),
    "care.rule.rule_unknown": ("noe er ukjent", "noko er ukjent", "something is unknown"),
}  # fmt: skip


def column(number: int) -> dict[str, str]:
    """The texts of one language: 0 bokmål, 1 nynorsk, 2 English."""
    return {key: texts[number] for key, texts in TEXTS.items()}
