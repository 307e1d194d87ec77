"""The command `stofstroom`. Messages for people go to stderr, data to stdout.

Exit codes: 0 done, 1 the answer is no, 2 wrong usage. What only one command needs is imported in
it, so that every command starts fast.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from sqlalchemy.exc import DBAPIError

from accounts.machines import DAYS, DAYS_MAX, Scope, ends_at
from catalogue.errors import BadInput, NotFound, Refusal
from catalogue.kinds import Role
from migrations.steps import StepUnknown
from proof.signing import KeyRingUnusable, load_or_create_ring
from store.archive import BackupUnusable
from store.engine import Database
from store.gate import Busy
from web import export_commands, mail_commands, moving_commands, proof_commands, waste_commands
from web.checkpoints import CheckpointUnusable
from web.person_commands import invite_by_link
from web.scale_commands import add_to
from web.settings import SettingsWrong
from web.terminal import (
    NotReady,
    any_database,
    ask_password,
    in_words,
    now,
    open_database,
    progress,
    ring_of,
    tell,
)

WRONG_USAGE: Final = 2

app = typer.Typer(
    name="stofstroom",
    help="Follow discarded material from intake, through sorting, to proof of every gram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="The database is that of STOFSTROOM_DATABASE_URL (a SQLite file unless it is set).",
)

add_to(app)
proof_commands.add_to(app)
mail_commands.add_to(app)
waste_commands.add_to(app)
export_commands.add_to(app)
moving_commands.add_to(app)

RoleOption = Annotated[Role, typer.Option("--role", help="What it may do.")]
OrganisationOption = Annotated[
    str | None,
    typer.Option(
        "--organisation", metavar="CODE", help="For staff the only operator, if not given."
    ),
]
SiteOption = Annotated[
    str | None, typer.Option("--site", metavar="CODE", help="The one site that staff see.")
]
NewFile = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]
OldFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; without arguments those of the command line."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="stofstroom")
    except (BadInput, SettingsWrong) as error:
        _end(WRONG_USAGE, error)
    except (
        Refusal,
        NotReady,
        StepUnknown,
        BackupUnusable,
        CheckpointUnusable,
        KeyRingUnusable,
        Busy,
        DBAPIError,
        OSError,
    ) as error:
        _end(1, error)


@app.command()
def init(
    operator: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="Also register this operator, with Dutch starting values."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The operator's name.")] = None,
) -> None:
    """Create the database, or bring it up to date."""
    if (operator is None) != (name is None):
        raise typer.BadParameter("--operator and --name belong together.")
    from migrations.steps import upgrade

    with any_database() as (database, settings):
        upgrade(database)
        load_or_create_ring(settings.keys, now=now())
        tell(f"The database is up to date. The signing keys are in {settings.keys}.")
        if operator is not None and name is not None:
            _register(database, operator, name)


def _register(database: Database, operator: str, name: str) -> None:
    from catalogue.actions import register_operator
    from catalogue.rulebook import rulebook
    from nl.actions import load_starting_values

    with database.write() as session:
        if operator in rulebook(session).organisations:
            raise NotReady(f"{operator} is registered already.")
        register_operator(session, operator, {"name": name}, now=now())
        count = load_starting_values(session, operator, now())
    tell(f"{operator} is registered with {count} pieces of reference data.")


@app.command()
def demo(
    year: Annotated[
        int | None, typer.Option(min=2000, max=9999, help="By default the one that ends now.")
    ] = None,
    scale: Annotated[
        float, typer.Option(min=0.001, max=100, help="1.0 is 6,000 boxes and 1.8 million kg.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(help="Repeats a year.")] = 1,
    years: Annotated[
        int, typer.Option(min=1, max=20, help="In all; those before are lighter, to compare with.")
    ] = 1,
) -> None:
    """Fill a new database with a believable year, and print who can sign in."""
    from demo.actions import DatabaseInUse, load

    with open_database() as (database, settings), progress("Playing a year") as bar:
        try:
            played = load(
                database, year=year, scale=scale, seed=seed, now=now(), progress=bar,
                ring=ring_of(settings), verify_at=f"{settings.public_url}/verify",
                years=years,
            )  # fmt: skip
        except DatabaseInUse as error:
            raise NotReady(str(error)) from error
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    if played.loaded:
        tell(f"A year was played: {sum(played.counts.values())} acts.")
    else:
        tell("The demo is here already.")
    tell("Everybody who can sign in, with their passwords. No second factor is asked, in the demo:")
    for login in played.logins:
        print(f"{login.email:28} {login.password:28} {login.role.value}")
    _tell_codes()


def _tell_codes() -> None:
    """A code for a tablet at one station of each kind: type it at /floor."""
    from demo.world import stations_to_try
    from web.enrolling import code_for

    tell("A tablet, or another window, is let in at /floor by one of these codes, for an hour:")
    with open_database() as (database, _), database.write() as session:
        for kind, station in stations_to_try().items():
            code = code_for(session, station, f"Demo {kind}", now=now())
            tell(f"{code:28} {station:28} {kind}")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    certificate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="PEM file, for HTTPS.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="PEM file of its private key.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """Run the web application."""
    if (certificate is None) != (key is None):
        raise typer.BadParameter("--certificate and --key belong together.")
    from web import logs, serving

    with open_database() as (_, settings):
        said = logs.configuration(settings.hygiene)
    try:
        began = serving.serve(
            host=host, port=port, workers=workers, certificate=certificate, key=key, said=said
        )
    except SystemExit as stopped:
        # The server has codes of its own for why it could not start, and has said it.
        raise typer.Exit(1 if stopped.code else 0) from None
    if not began:
        raise typer.Exit(1)


@app.command()
def token(
    role: RoleOption,
    name: Annotated[str, typer.Option(help="What it is for.")],
    organisation: OrganisationOption = None,
    site: SiteOption = None,
    scope: Annotated[Scope, typer.Option(help="What of that it may use.")] = Scope.WRITE,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="After so many it ends.")] = DAYS,
) -> None:
    """Print a new API token. It is shown this once."""
    from accounts.actions import make_token

    with open_database() as (database, _), database.write() as session:
        plain = make_token(
            session,
            role=role,
            organisation=organisation,
            site=site,
            name=name,
            now=now(),
            expires_at=ends_at(days, now()),
            scope=scope.value,
        )
    print(plain)


@app.command()
def enrol(
    station: Annotated[
        str, typer.Option("--station", metavar="CODE", help="Where the tablet will work.")
    ],
    name: Annotated[str, typer.Option(help="What the tablet is called on the desk.")],
) -> None:
    """Print a code that lets one tablet in at /floor, once, within the hour."""
    from web.enrolling import code_for

    with open_database() as (database, _), database.write() as session:
        code = code_for(session, station, name, now=now())
    print(code)


@app.command()
def person(
    email: Annotated[str, typer.Option(help="What it signs in with.")],
    name: Annotated[str, typer.Option(help="What others see.")],
    role: RoleOption,
    organisation: OrganisationOption = None,
    site: SiteOption = None,
    language: Annotated[str, typer.Option(help="Of its screens: nl, en.")] = "nl",
    invite: Annotated[
        bool, typer.Option("--invite", help="Print a link, by which they choose a password.")
    ] = False,
) -> None:
    """Let somebody sign in. The password is asked for, or taken from STOFSTROOM_PASSWORD."""
    if invite:
        print(invite_by_link(email, name, role, organisation, site, language))
        return
    from accounts.actions import create_person

    with open_database() as (database, _):
        password = ask_password()
        with database.write() as session:
            create_person(
                session,
                email=email,
                name=name,
                password=password,
                role=role,
                organisation=organisation,
                site=site,
                language=language,
                now=now(),
            )
    tell(f"{email} can sign in.")


@app.command("password")
def new_password(email: Annotated[str, typer.Option(help="Whose.")]) -> None:
    """Give somebody a new password. Whoever is signed in with the old one no longer is."""
    from accounts.actions import set_password

    with open_database() as (database, _):
        password = ask_password()
        with database.write() as session:
            set_password(session, email=email, password=password, now=now())
    tell(f"{email} has a new password.")


@app.command("take-app")
def take_app(email: Annotated[str, typer.Option(help="Whose.")]) -> None:
    """Take the app with codes, recovery codes and passkeys from somebody who lost them.

    Where their role needs a second factor they set up another one when they sign in next. Make sure
    that it is them who asks.
    """
    from accounts.queries import home_of_address
    from accounts.second_factor import take_away

    with open_database() as (database, _), database.write() as session:
        home = home_of_address(session, email)
        if home is None:
            raise NotFound
        take_away(session, home.person_id, now=now())
    tell(f"{email} has no second factor any more.")


@app.command("backup")
def write_backup(file: NewFile) -> None:
    """Write the whole database into one checked file, while others go on working."""
    from store.backup import save
    from web.upkeep import said_by_heads

    with open_database() as (database, settings):
        manifest = save(database, file, version=_version(), now=now(), facts=said_by_heads)
    tell(f"{file} holds {len(manifest.facts)} chains, {manifest.size} bytes, checked.")
    tell(f"The signing keys are not in it: keep {settings.keys} safe and apart.")


@app.command("restore")
def bring_back(
    file: OldFile,
    replace: Annotated[
        bool, typer.Option("--replace", help="Throw away what the database holds.")
    ] = False,
) -> None:
    """Bring a backup back, audited. Stop the server first."""
    from migrations.steps import upgrade
    from store.archive import read_manifest
    from store.backup import restore
    from web.upkeep import begin_anew, said_by_heads

    with any_database() as (database, settings):
        ring, made_at = ring_of(settings), read_manifest(file).made_at
        manifest = restore(
            database,
            file,
            replace=replace,
            upgrade=upgrade,
            facts=said_by_heads,
            accept=lambda loaded: begin_anew(loaded, now=now(), ring=ring, backup_at=made_at),
        )
    tell(f"The database is as it was at {manifest.made_at}, and adds up.")
    moving_commands.tell_what_is_next()


def _end(code: int, error: Exception) -> NoReturn:
    tell(in_words(error))
    sys.exit(code)


def _version() -> str:
    from importlib.metadata import version

    return version("stofstroom")
