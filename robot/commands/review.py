"""``postrobot review list|show|approve|correct|forward|dismiss|release`` and ``postrobot retry``."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from models.answer import Answer

POST = Annotated[
    str, typer.Argument(metavar="POST", help="postens id, som 2026-11-24-0042, eller et funn i journalen, som F12")
]
CASE = "tilgangen for hele saken posten står i: åpen, eller en tilgangskode (da med --hjemmel)"
JSON = Annotated[bool, typer.Option("--json", help="for maskiner")]
AS = Annotated[
    str | None, typer.Option("--som", metavar="BRUKER", help="hvem som svarer; ellers den som er logget inn")
]


def register(app: typer.Typer) -> None:
    """Adds the group, and ``retry``."""
    group = typer.Typer(help="Poster et menneske må se på: vis dem, og svar.", no_args_is_help=True)
    group.command("list")(list_posts)
    group.command("show")(show)
    group.command("approve")(approve)
    group.command("correct")(correct)
    group.command("forward")(forward)
    group.command("dismiss")(dismiss)
    group.command("release")(release)
    app.add_typer(group, name="review")
    app.command("retry")(retry)


def list_posts(
    ctx: typer.Context,
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    order: Annotated[
        str, typer.Option("--rekkefølge", metavar="ORDEN", help="grunn, eller læring: det roboten lærer mest av, først")
    ] = "grunn",
    as_json: JSON = False,
) -> None:
    """Viser det som venter på svar, gruppert etter grunn, eldste først."""
    from robot.journalcheck.listing import listing, listing_data
    from robot.learning.order import learning_text, waiting_to_learn
    from robot.review_screens import waiting, waiting_text

    context = Context.of(ctx)
    settings = context.settings()
    if order not in ("grunn", "læring"):
        raise UsedWrongly(f"Ukjent rekkefølge «{order}». Bruk grunn eller læring.")
    by_learning = order == "læring"
    points, known = (
        waiting_to_learn(settings, only=only, now=context.now)
        if by_learning
        else (waiting(settings, only=only, now=context.now), False)
    )
    if as_json:
        for point in points:
            context.json(point)
        for finding in listing_data(settings, only=only, now=context.now):
            context.json(finding)
    else:
        zones = {settings.organisasjon[name].orgnr: settings.zone(name) for name in settings.organisasjon}
        zone = zones.__getitem__
        context.out(learning_text(points, known, zone) if by_learning else waiting_text(points, zone))
        if journal := listing(settings, only=only, now=context.now):
            context.out(journal)


def show(ctx: typer.Context, post: POST, as_json: JSON = False) -> None:
    """Viser en post: forslaget, grunnene, dokumentene, og hva du kan svare."""
    from robot.review_screens import shown, shown_text

    context = Context.of(ctx)
    if is_finding(post):
        from robot.journalcheck.answering import show_finding

        context.out(show_finding(context.settings(), post, now=context.now, as_json=as_json))
        return
    found = shown(context.settings(), post, now=context.now)
    if as_json:
        context.json(found)
    else:
        context.out(shown_text(found))


def approve(
    ctx: typer.Context,
    post: POST,
    tilgang: Annotated[str, typer.Option("--tilgang", help="åpen, eller en tilgangskode (da med --hjemmel)")] = "",
    hjemmel: Annotated[str, typer.Option("--hjemmel", help="hjemmelen for å skjerme")] = "",
    sakstilgang: Annotated[str, typer.Option("--sakstilgang", help=CASE)] = "",
    user: AS = None,
    as_json: JSON = False,
) -> int:
    """Godtar forslaget. Det som er registrert med status M, blir journalført (J)."""
    from models.answer import Answer, Verb

    answer = Answer(verb=Verb.APPROVE, user=_user(user), tilgang=tilgang, hjemmel=hjemmel, sakstilgang=sakstilgang)
    return _answer(ctx, post, answer, as_json)


def correct(
    ctx: typer.Context,
    post: POST,
    sak: Annotated[str, typer.Option("--sak", metavar="2026/12", help="saken posten skal i")] = "",
    ny_sak: Annotated[str, typer.Option("--ny-sak", metavar="TITTEL", help="åpne en ny sak med denne tittelen")] = "",
    arkivdel: Annotated[str, typer.Option("--arkivdel", help="for ny sak")] = "",
    klasse: Annotated[str, typer.Option("--klasse", help="for ny sak")] = "",
    tittel: Annotated[str, typer.Option("--tittel", help="journalpostens tittel")] = "",
    offentlig_tittel: Annotated[str, typer.Option("--offentlig-tittel", help="tittelen offentligheten ser")] = "",
    avsender: Annotated[str, typer.Option("--avsender", help="avsenderens navn")] = "",
    enhet: Annotated[str, typer.Option("--enhet", help="enheten som får den")] = "",
    tilgang: Annotated[str, typer.Option("--tilgang", help="åpen, eller en tilgangskode (da med --hjemmel)")] = "",
    hjemmel: Annotated[str, typer.Option("--hjemmel", help="hjemmelen for å skjerme")] = "",
    sakstilgang: Annotated[str, typer.Option("--sakstilgang", help=CASE)] = "",
    forfall: Annotated[str, typer.Option("--forfall", metavar="ÅÅÅÅ-MM-DD", help="svarfrist")] = "",
    utgaar: Annotated[str, typer.Option("--utgår", metavar="MERKNAD", help="sett det journalførte til utgår")] = "",
    user: AS = None,
    as_json: JSON = False,
) -> int:
    """Retter: journalfører det som er satt til side, endrer M, flytter eller setter J til utgår. Ingenting slettes."""
    from models.answer import Answer, Verb

    answer = Answer(
        verb=Verb.CORRECT,
        user=_user(user),
        saksnummer=sak,
        ny_sak=ny_sak,
        arkivdel=arkivdel,
        klasse=klasse,
        tittel=tittel,
        offentlig_tittel=offentlig_tittel,
        avsender=avsender,
        enhet=enhet,
        tilgang=tilgang,
        hjemmel=hjemmel,
        sakstilgang=sakstilgang,
        forfall=_date(forfall),
        utgaar=utgaar,
    )
    return _answer(ctx, post, answer, as_json)


def forward(
    ctx: typer.Context,
    post: POST,
    til: Annotated[str, typer.Option("--til", metavar="ADRESSE", help="e-postadressen den skal til")],
    grunn: Annotated[str, typer.Option("--grunn", help="hvorfor")] = "hører hjemme hos mottakeren",
    user: AS = None,
    as_json: JSON = False,
) -> int:
    """Sender posten videre uten å journalføre den."""
    from models.answer import Answer, Verb

    return _answer(ctx, post, Answer(verb=Verb.FORWARD, user=_user(user), til=til, grunn=grunn), as_json)


def dismiss(
    ctx: typer.Context,
    post: POST,
    grunn: Annotated[
        str, typer.Option("--grunn", help="en av de lukkede grunnene: reklame, spam, privat … (ikke for funn)")
    ] = "",
    user: AS = None,
    as_json: JSON = False,
) -> int:
    """Avviser posten: den journalføres ikke, og grunnen står i revisjonsloggen."""
    from models.answer import Answer, Verb

    return _answer(ctx, post, Answer(verb=Verb.DISMISS, user=_user(user), grunn=grunn), as_json)


def release(
    ctx: typer.Context,
    post: POST,
    unscanned: Annotated[
        bool, typer.Option("--uten-skanning", help="slipp en post som ingen skanner får sett; du svarer for den")
    ] = False,
    user: AS = None,
    as_json: JSON = False,
) -> int:
    """Skanner en post virusskanneren stanset, på nytt, og slipper den bare når ingenting blir funnet."""
    from models.answer import Answer, Verb

    return _answer(ctx, post, Answer(verb=Verb.RELEASE, user=_user(user), unscanned=unscanned), as_json)


def retry(ctx: typer.Context, post: POST, user: AS = None, as_json: JSON = False) -> int:
    """Lar en post som er satt til side, gå videre fra der den stanset."""
    from robot.answering import again

    context = Context.of(ctx)
    _quiet_log(context)
    return _say(context, again(context, context.settings(need_secrets=True), post, _user(user)), as_json)


def is_finding(ref: str) -> bool:
    """Whether an id names a finding in the public journal (``F12``) and no post."""
    number = ref.rpartition(":")[2]
    return number[:1] in ("F", "f") and number[1:].isdigit()


def _answer(ctx: typer.Context, post: str, answer: Answer, as_json: bool) -> int:
    from robot.answering import give

    context = Context.of(ctx)
    _quiet_log(context)
    if is_finding(post):
        from robot.journalcheck.answering import answer_finding

        result = answer_finding(context.settings(), post, verb=answer.verb, user=answer.user, now=context.now)
        return _say(context, result, as_json)
    return _say(context, give(context, context.settings(need_secrets=True), post, answer), as_json)


def _quiet_log(context: Context) -> None:
    """An answer is given in a terminal: only what is wrong is logged."""
    from robot.log import setup_logging

    setup_logging(form="konsoll", level="warning", stream=context.stderr)


def _say(context: Context, result: dict[str, object], as_json: bool) -> int:
    if as_json:
        context.json(result)
    else:
        context.out(str(result["text"]))
    return 0


def _user(said: str | None) -> str:
    return said or getpass.getuser()


def _date(raw: str) -> date | None:
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise UsedWrongly(f"Datoen «{raw}» skal skrives som 2026-12-31.") from None
