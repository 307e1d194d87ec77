"""Setting words in lines: as large as fits, never clipped."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import normalize

from labels.fonts import Weight, width_of

ELLIPSIS = "\u2026"


@dataclass(frozen=True, slots=True)
class Lines:
    """Words set in lines of one size: `size` is the em in dots.

    `whole`: every word stands there unbroken, and none is left out.
    """

    size: int
    weight: Weight
    lines: tuple[str, ...]
    whole: bool = True


def clean(text: str) -> str:
    """The text on one line, accents joined to their letters, without the control characters that a
    printer or XML would choke on."""
    text = normalize("NFC", text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def fit(
    text: str, *, width: int, weight: Weight, largest: int, smallest: int, lines_max: int = 1
) -> Lines:
    """Set `text` in at most `lines_max` lines of `width` dots, in the largest size that allows it.

    Between `largest` and `smallest` no word is broken. What does not fit even then is broken
    inside its words, and what is still left over ends in an ellipsis.
    """
    words = clean(text)
    size = largest
    while True:
        lines = _wrap(words, width, weight, size)
        if len(lines) <= lines_max and _widest(lines, weight, size) <= width:
            return Lines(size, weight, tuple(_balanced(words, lines, weight, size)))
        if size <= smallest:
            cut = _broken(words, width, weight, size, lines_max)
            return Lines(size, weight, tuple(cut), whole=False)
        size = max(smallest, min(size - 1, round(size * 0.95)))


def _wrap(words: str, width: float, weight: Weight, size: int) -> list[str]:
    lines: list[str] = []
    for word in words.split(" "):
        if lines and width_of(f"{lines[-1]} {word}", weight, size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _widest(lines: list[str], weight: Weight, size: int) -> float:
    return max(width_of(line, weight, size) for line in lines)


def _balanced(words: str, lines: list[str], weight: Weight, size: int) -> list[str]:
    """The same number of lines, of lengths as even as they go: no word is left alone below."""
    while len(lines) > 1:
        narrower = _wrap(words, _widest(lines, weight, size) - 1, weight, size)
        if len(narrower) > len(lines) or _widest(narrower, weight, size) >= _widest(
            lines, weight, size
        ):
            break
        lines = narrower
    return lines


def _broken(words: str, width: int, weight: Weight, size: int, lines_max: int) -> list[str]:
    """As many lines as there may be, broken inside words where they must be."""
    lines: list[str] = []
    left = words
    while left and len(lines) < lines_max - 1:
        line = _wrap(left, width, weight, size)[0]
        if width_of(line, weight, size) > width:
            line = line[: _longest(line, "-", width, weight, size)]
            lines.append(line + "-")
        else:
            lines.append(line)
        left = left[len(line) :].lstrip()
    if left and width_of(left, weight, size) > width:
        left = left[: _longest(left, ELLIPSIS, width, weight, size)].rstrip() + ELLIPSIS
    return [*lines, left] if left else lines


def _longest(text: str, tail: str, width: int, weight: Weight, size: int) -> int:
    """How many characters of `text` fit in front of `tail`; at least one, so that work goes on."""
    count = len(text)
    while count > 1 and width_of(text[:count] + tail, weight, size) > width:
        count -= 1
    return count
