"""Every table of every room: the one place that sees them all."""

from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import MetaData
from sqlmodel import SQLModel

ROOMS = (
    "store",
    "proof",
    "chain",
    "catalogue",
    "streams",
    "labels",
    "intake",
    "sorting",
    "dispatch",
    "accounts",
    "reporting",
    "certificates",
    "notices",
    "nl",
    "web",
)


def every_table() -> MetaData:
    """The metadata with the tables of every room that keeps any."""
    for room in ROOMS:
        if find_spec(f"{room}.tables") is not None:
            import_module(f"{room}.tables")
    return SQLModel.metadata
