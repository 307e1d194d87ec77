"""Labels per second: painted, both symbols read back, and written as PNG."""

from __future__ import annotations

from time import perf_counter

from catalogue.codes import CodeKind, mint
from labels import render
from labels.label import Label, Size
from labels.marks import Mark

LABELS = 60


def run() -> None:
    """Paint labels of bins on the largest stock, at both resolutions."""
    for dpi in (203, 300):
        made = [_label(mint(CodeKind.BIN)) for _ in range(LABELS)]
        begun = perf_counter()
        for label in made:
            render.png(label, Size.LARGE, dpi)
        seconds = perf_counter() - begun
        print(f"labels  100x150 mm at {dpi} dpi, read back: {LABELS / seconds:6.1f} a second")


def _label(code: str) -> Label:
    return Label(
        kind=CodeKind.BIN,
        heading="Kar",
        code=code,
        qr_text=code,
        title=("Vezels voor nieuw textiel",),
        mark=Mark.RECYCLE,
        mark_word="Recycling",
        facts=(("Locatie", "Hal 1"), ("Netto", "312,500 kg")),
    )
