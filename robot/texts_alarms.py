"""What alarms say, one text a line in bokmål, nynorsk and English: what is wrong, and what to do about it."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str, str]] = {
    # key: (bokmål, nynorsk, English)
    "alarm.disk": ("Det er {free_mb} MB ledig på disken, under reserven på {reserve_mb} MB. Ny post hentes ikke.", "Det er {free_mb} MB ledig på disken, under reserven på {reserve_mb} MB. Ny post blir ikkje henta.", "{free_mb} MB are free on the disk, below the reserve of {reserve_mb} MB. No new post is fetched."),
    "alarm.disk.do": ("Rydd plass; hentingen begynner igjen av seg selv.", "Rydd plass; hentinga tek til att av seg sjølv.", "Make room; fetching begins again by itself."),
    "alarm.no_poll": ("Kilden «{name}» er ikke nådd siden {since}.", "Kjelda «{name}» er ikkje nådd sidan {since}.", "The source «{name}» has not been reached since {since}."),
    "alarm.no_poll.do": ("Se hva kilden svarer: postrobot check --nett", "Sjå kva kjelda svarar: postrobot check --nett", "See what the source answers: postrobot check --nett"),
    "alarm.connection": ("Forbindelsen «{name}» har ikke virket siden {since}.", "Sambandet «{name}» har ikkje verka sidan {since}.", "The connection «{name}» has not worked since {since}."),
    "alarm.connection.do": ("Se hva den svarer: postrobot check --nett", "Sjå kva det svarar: postrobot check --nett", "See what it answers: postrobot check --nett"),
    "alarm.stalled_post": ("Den eldste posten under behandling kom {since}.", "Den eldste posten under handsaming kom {since}.", "The oldest post on its way came {since}."),
    "alarm.stalled_post.do": ("Se hva den venter på: postrobot status", "Sjå kva han ventar på: postrobot status", "See what it waits for: postrobot status"),
    "alarm.stalled_effects": ("Antall ting roboten skylder omverdenen, som ikke er gjort: {count}. Det eldste har ventet siden {since}.", "Talet på ting roboten skuldar omverda, som ikkje er gjorde: {count}. Det eldste har venta sidan {since}.", "Things the robot owes the outside that are not done: {count}. The oldest has waited since {since}."),
    "alarm.stalled_effects.do": ("Se forbindelsene: postrobot check --nett", "Sjå sambanda: postrobot check --nett", "Look at the connections: postrobot check --nett"),
    "alarm.clock_jump": ("Maskinens klokke hoppet {seconds} sekunder.", "Klokka på maskina hoppa {seconds} sekund.", "The machine's clock jumped {seconds} seconds."),
    "alarm.clock_jump.do": ("Se om tidstjenesten går (timedatectl), og kontroller datoene på det som kom inn.", "Sjå om tidstenesta går (timedatectl), og kontroller datoane på det som kom inn.", "See whether time is kept (timedatectl), and check the dates of what came in."),
    "alarm.clock_back": ("Noe er datert {seconds} sekunder fram i tid: maskinens klokke er stilt tilbake.", "Noko er datert {seconds} sekund fram i tid: klokka på maskina er stilt tilbake.", "Something is dated {seconds} seconds ahead: the machine's clock has been set back."),
    "alarm.clock_back.do": ("Se om tidstjenesten går (timedatectl).", "Sjå om tidstenesta går (timedatectl).", "See whether time is kept (timedatectl)."),
    "alarm.clock_apart": ("Klokken til «{name}» går {seconds} sekunder foran vår.", "Klokka til «{name}» går {seconds} sekund føre vår.", "The clock of «{name}» is {seconds} seconds ahead of ours."),
    "alarm.clock_apart.do": ("Finn ut hvilken av dem som går feil (timedatectl).", "Finn ut kva for ei av dei som går feil (timedatectl).", "Find out which of them is wrong (timedatectl)."),
    "alarm.no_report": ("Rapporten for {name} mangler.", "Rapporten for {name} manglar.", "The report for {name} is missing."),
    "alarm.no_report.do": ("Lag dagens nå: postrobot run --job rapport", "Lag dagens no: postrobot run --job rapport", "Make today's now: postrobot run --job rapport"),
    "alarm.signatures": ("Virussignaturene er fra {since}.", "Virussignaturane er frå {since}.", "The virus signatures are from {since}."),
    "alarm.signatures.do": ("Se hvorfor freshclam ikke henter nye: systemctl status clamav-freshclam", "Sjå kvifor freshclam ikkje hentar nye: systemctl status clamav-freshclam", "See why freshclam fetches no new ones: systemctl status clamav-freshclam"),
    "alarm.no_post": ("Det har ikke kommet post fra «{name}» siden {since}.", "Det har ikkje kome post frå «{name}» sidan {since}.", "No post has come from «{name}» since {since}."),
    "alarm.no_post.do": ("Send en prøve, og se om den kommer fram. Er stillheten rett, hev grensen i varsling.uten_post_timer.", "Send ei prøve, og sjå om ho kjem fram. Er stilla rett, hev grensa i varsling.uten_post_timer.", "Send a test, and see whether it arrives. If the silence is right, raise the limit in varsling.uten_post_timer."),
    "alarm.source_queue": ("I «{name}» venter {count}, den eldste siden {since}, uten å bli hentet.", "I «{name}» ventar {count}, den eldste sidan {since}, utan å bli henta.", "In «{name}» {count} wait, the oldest since {since}, and are not fetched."),
    "alarm.source_queue.do": ("Se hva som er galt: postrobot doctor", "Sjå kva som er gale: postrobot doctor", "See what is wrong: postrobot doctor"),
    "alarm.broken": ("Nattens kontroll fant løftet {name} brutt, antall: {count}.", "Kontrollen i natt fann lovnaden {name} broten, tal: {count}.", "The nightly check found promise {name} broken, times: {count}."),
    "alarm.broken.do": ("Se hvilke poster det gjelder: postrobot verify", "Sjå kva for postar det gjeld: postrobot verify", "See which posts it concerns: postrobot verify"),
    "alarm.mail.raised": ("Postrobot {organisation}: varsel: {what}", "Postrobot {organisation}: varsel: {what}", "Postrobot {organisation}: alarm: {what}"),
    "alarm.mail.over": ("Postrobot {organisation}: over: {what}", "Postrobot {organisation}: over: {what}", "Postrobot {organisation}: over: {what}"),
    "alarm.mail.was": ("Dette er over. Det sto slik: {sentence}", "Dette er over. Det stod slik: {sentence}", "This is over. It said: {sentence}"),
    "alarm.mail.see": ("Se alt: postrobot status", "Sjå alt: postrobot status", "See everything: postrobot status"),
    "alarm.short.disk": ("lite plass på disken", "lite plass på disken", "the disk is low"),
    "alarm.short.no_poll": ("en kilde er ikke nådd", "ei kjelde er ikkje nådd", "a source is not reached"),
    "alarm.short.connection": ("en forbindelse virker ikke", "eit samband verkar ikkje", "a connection does not work"),
    "alarm.short.stalled_post": ("post står stille", "post står stille", "post stands still"),
    "alarm.short.stalled_effects": ("noe blir ikke gjort", "noko blir ikkje gjort", "something is not done"),
    "alarm.short.clock_jump": ("klokken hoppet", "klokka hoppa", "the clock jumped"),
    "alarm.short.clock_back": ("klokken er stilt tilbake", "klokka er stilt tilbake", "the clock was set back"),
    "alarm.short.clock_apart": ("klokkene er uenige", "klokkene er usamde", "the clocks disagree"),
    "alarm.short.no_report": ("rapporten mangler", "rapporten manglar", "the report is missing"),
    "alarm.short.signatures": ("virussignaturene er gamle", "virussignaturane er gamle", "the virus signatures are old"),
    "alarm.short.source_queue": ("post blir liggende hos en kilde", "post blir liggjande hos ei kjelde", "post is left lying at a source"),
    "alarm.short.broken": ("et løfte er brutt", "ein lovnad er broten", "a promise is broken"),
    "alarm.short.no_post": ("ingen post fra en kilde", "ingen post frå ei kjelde", "no post from a source"),
}  # fmt: skip


def column(number: int) -> dict[str, str]:
    """The texts of one language: 0 bokmål, 1 nynorsk, 2 English."""
    return {key: texts[number] for key, texts in TEXTS.items()}
