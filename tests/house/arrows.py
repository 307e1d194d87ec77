"""The arrows between the rooms, as pyproject.toml states them."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]
CONTRACTS: dict[str, dict[str, Any]] = {c["id"]: c for c in LINTER["contracts"]}
ROOMS: list[str] = LINTER["root_packages"]


def floors() -> dict[str, int]:
    """How high each room stands; those on one floor are neighbours that may not know each other."""
    layers: list[str] = CONTRACTS["arrows"]["layers"]
    return {
        room: height for height, layer in enumerate(reversed(layers)) for room in layer.split(" | ")
    }


def may_point(source: str, target: str) -> bool:
    """Whether something in the room `source` may depend on something in the room `target`."""
    heights = floors()
    return source == target or heights[source] > heights[target]
