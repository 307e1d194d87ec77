"""Waste codes of the European list (Eural), pure: their shape, and those of this trade.

A code is six digits, with an asterisk when the waste is hazardous: `200110`, `150202*`.
"""

from __future__ import annotations

import re
from typing import Final

from catalogue.errors import EuralMalformed

CHAPTERS: Final = 20
"""The list has chapters 01 to 20."""

KNOWN: Final = frozenset(
    {
        "040108", "040109", "040199", "040209", "040221", "040222", "040299",
        "150101", "150102", "150103", "150106", "150109", "150202*", "150203",
        "160401*", "160601*", "160602*", "160603*", "160604", "160605",
        "191202", "191203", "191204", "191208", "191210", "191211*", "191212",
        "200110", "200111", "200133*", "200134", "200139", "200140", "200199", "200301",
    }
)  # fmt: skip
"""Codes that a sorter of textile meets. Another one may well exist, but somebody should look."""

_SHAPE: Final = re.compile(r"([0-9]{2}) ?([0-9]{2}) ?([0-9]{2}) ?(\*?)", re.ASCII)


def read_eural(text: str) -> str:
    """The code as it is kept, from how people write it: `15 02 02*` is `150202*`.

    Raises EuralMalformed.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= CHAPTERS or found[2] == "00" or found[3] == "00":
        raise EuralMalformed(read=text[:40])
    return "".join(found.groups())


def spaced(code: str) -> str:
    """The code as the list prints it: `15 02 02*`."""
    return f"{code[:2]} {code[2:4]} {code[4:]}" if code else ""


def is_hazardous(code: str) -> bool:
    return code.endswith("*")


def is_known(code: str) -> bool:
    """Whether it is one of this trade, with or without the asterisk as it is here."""
    return code in KNOWN
