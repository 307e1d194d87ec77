"""The commands for scales: an agent beside a serial port, and a scale that is not there."""

from __future__ import annotations

import random
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from catalogue.errors import Malformed
from streams.mass import from_kilograms
from web.terminal import now, tell

SERIAL_BAUD: Final = 9600
AGENT_PORT: Final = 7531
TCP_PORT: Final = 9600
WALK_S: Final = 4.0
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")

WORDS: Final = """\
  12,345     put so many kilograms on it; 0 takes them off
  move       let it move for three seconds
  over       put on more than it can weigh
  off, on    pull its cable, and put it back
  quit       end"""


def scale_agent(
    port: Annotated[str, typer.Option(metavar="DEVICE", help="Such as /dev/ttyUSB0 or COM3.")],
    origin: Annotated[
        str, typer.Option(metavar="URL", help="Where the floor is: https://stof.example.org.")
    ],
    baud: Annotated[int, typer.Option(min=300, max=921600, help="Of the scale.")] = SERIAL_BAUD,
    listen: Annotated[
        int, typer.Option(min=1, max=65535, help="The floor asks at 7531; only tests at another.")
    ] = AGENT_PORT,
) -> None:
    """Tell the floor in a browser on this machine what the scale on a serial port weighs."""
    if not _ORIGIN.fullmatch(origin.rstrip("/")):
        raise typer.BadParameter("--origin is the address of the floor without a path.")
    from scales.agent import Agent
    from scales.link import Link, SerialWire

    link = Link(lambda: SerialWire(port, baud))
    with _until_stopped(), Agent(link, origin=origin, clock=now, port=listen) as agent:
        said = link.read()
        tell(f"The scale on {port} says: {said.raw or 'nothing'} ({said.state.value}).")
        tell(f"{agent.address} answers the floor at {agent.origin}. Ctrl+C ends it.")
        agent.serve_forever()
    link.close()


def scale_simulator(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where it answers; 0: a free one.")
    ] = TCP_PORT,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    terminal: Annotated[
        bool, typer.Option("--terminal", help="A pseudo-terminal in place of a port.")
    ] = False,
    load_kg: Annotated[
        str, typer.Option("--load-kg", metavar="KG", help="What stands on it at first.")
    ] = "0",
    division_g: Annotated[int, typer.Option(min=1, help="The steps in which it shows.")] = 100,
    max_kg: Annotated[int, typer.Option(min=1, help="The most it can weigh.")] = 150,
    walk: Annotated[
        bool, typer.Option("--walk", help="Loads come and go by themselves, by chance.")
    ] = False,
) -> None:
    """Play a scale that speaks MT-SICS, for trying out. What stands on it is typed here."""
    first_g = _grams(load_kg)
    from scales.simulator import PtyScale, SoftScale, TcpScale

    scale = SoftScale(division_g=division_g, max_g=max_kg * 1000)
    scale.load(first_g, settle_s=0)
    played = PtyScale(scale) if terminal else TcpScale(scale, host=host, port=port)
    with _until_stopped(), played:
        typer.echo(played.port if isinstance(played, PtyScale) else played.address)
        if walk:
            _walk(scale.load, max_kg)
        else:
            tell(WORDS)
            _obey(scale.load, scale.wobble, scale.silence, max_kg)


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Go on until Ctrl+C, or until a service manager ends it: both are a good end.

    A process that was started in the background does not hear Ctrl+C by itself.
    """
    stops = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(stop, signal.default_int_handler) for stop in stops]
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        for stop, handler in zip(stops, before, strict=True):
            signal.signal(stop, handler)


def _obey(
    load: Callable[[int], None],
    move: Callable[[float], None],
    silence: Callable[[bool], None],
    max_kg: int,
) -> None:
    """Do what is typed, line by line, until the end."""
    for line in sys.stdin:
        word = line.strip().lower()
        if word == "quit":
            return
        if word == "over":
            load(max_kg * 2000)
        elif word == "move":
            move(3)
        elif word in ("off", "on"):
            silence(word == "off")
        elif word:
            try:
                load(from_kilograms(word))
            except Malformed:
                tell(WORDS)


def _walk(load: Callable[[int], None], max_kg: int) -> None:
    """A load, then nothing, then another: as boxes pass over a scale."""
    chance = random.SystemRandom()
    pause = threading.Event()
    while not pause.wait(WALK_S):
        load(chance.randrange(2_000, max_kg * 1000))
        pause.wait(WALK_S)
        load(0)


def _grams(text: str) -> int:
    try:
        return from_kilograms(text, field="load-kg")
    except Malformed as error:
        raise typer.BadParameter("--load-kg is a weight such as 12,345.") from error


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("scale-agent")(scale_agent)
    app.command("scale-simulator")(scale_simulator)
