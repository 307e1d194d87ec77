"""What is handed to who runs the service names things that exist: figures, commands, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from prometheus_client.core import Metric
from typer.main import get_command

from catalogue.rulebook import rulebook
from tests.builders import Depot
from tests.house.arrows import ROOT
from web import meters
from web.cli import app
from web.queries import late_shipments, standing
from web.settings import from_environment
from web.watching import Gauges, Look

DEPLOY: Final = ROOT / "deploy"
FIGURE: Final = re.compile(r"\bstofstroom_[a-z_]+")
SUFFIX: Final = re.compile(r"_(bucket|count|sum)$")
WORDS: Final = {"site", "kind", "calls", "state", "chain", "version", "le"}


def told(depot: Depot) -> Iterator[Metric]:
    """Every figure that there is."""
    now = datetime.now(UTC)
    with depot.database.read() as session:
        book = rulebook(session)
        look = Look(
            at=now,
            answered_s=0.01,
            standing=standing(session, book, depot.database.dialect, now),
            late=late_shipments(session, book, now),
            free=1,
        )
    yield from meters.REGISTRY.collect()
    yield from Gauges(look).collect()


def names(figures: Iterator[Metric]) -> set[str]:
    return {one.name + "_total" * (one.type == "counter") for one in figures}


def test_every_figure_is_explained_and_no_other(depot: Depot) -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    rows = re.findall(r"^\| `(stofstroom_\w+)` \| .{10,} \| .{1,} \|$", page, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == names(told(depot))


def test_alerts_and_the_page_name_figures_that_exist(depot: Depot) -> None:
    known = names(told(depot))
    for text in (
        (DEPLOY / "alerts.yml").read_text("utf-8"),
        (ROOT / "docs/operations.md").read_text("utf-8"),
    ):
        named = {SUFFIX.sub("", name) for name in FIGURE.findall(text)}
        assert named
        assert named <= known


def test_every_alert_says_in_words_what_it_means_and_what_to_do() -> None:
    alerts = (DEPLOY / "alerts.yml").read_text("utf-8").split("- alert: ")[1:]
    assert len(alerts) > 10
    for alert in alerts:
        for part in ("summary", "action"):
            said = re.search(rf'^ +{part}: "(.+)"$', alert, re.MULTILINE)
            assert said, alert
            assert said[1].endswith("."), alert


def test_no_figure_tells_who_did_it_or_where_they_stood(depot: Depot) -> None:
    for figure in told(depot):
        for sample in figure.samples:
            assert set(sample.labels) <= WORDS, figure.name
    counted = [meters.BOOKED, meters.PARKED, meters.REFUSED, meters.ANSWERS, meters.FAILURES]
    assert {label for one in counted for label in one._labelnames} == {"site", "kind", "calls"}


def test_units_give_commands_that_exist_and_settings_that_are_read() -> None:
    group: Any = get_command(app)
    asked: set[str] = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    from_environment(Environment())
    files = [*DEPLOY.glob("*.service"), DEPLOY / "settings.example"]
    text = "\n".join(file.read_text("utf-8") for file in files)
    settings = set(re.findall(r"\bSTOFSTROOM_\w+(?==)", text))
    assert "STOFSTROOM_DATABASE_URL" in settings
    assert settings <= asked
    commands = set(re.findall(r"/bin/stofstroom ([a-z-]+)", text))
    assert {"serve", "backup", "rehearse"} <= commands <= group.commands.keys()
