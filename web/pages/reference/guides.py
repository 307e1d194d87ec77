"""A sorting guide as text: a question a line, its answers below it, further in.

    Is het nat? | Is it wet? | wet | !
      yes: Kan het in de was? | Can it be washed? | wash
        yes: repaired
        no: energy_plant
      no: public_sale

Behind the question in Dutch and in English stands its pictogram; the mark says that a wrong answer
matters. What is no question is the code of a destination.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from web.i18n import message

ANSWERS: Final = {"yes": "yes", "ja": "yes", "no": "no", "nee": "no"}
DECIDING: Final = "!"
_PARTS: Final = 3


class GuideWrong(Exception):
    """A line that cannot be read. problem: a msgid."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    depth: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of a guide as people read it. path: the answers that lead here; question: in the
    languages that it has; destination: where it goes, when it is no question."""

    path: tuple[str, ...]
    question: Mapping[str, str] | None
    pictogram: str
    deciding: bool
    destination: str


def steps(tree: Any, path: tuple[str, ...] = ()) -> Iterator[Step]:
    """All questions and ends of a guide, each question before its answers."""
    if not isinstance(tree, Mapping):
        return
    question = tree.get("question")
    is_question = isinstance(question, Mapping)
    yield Step(
        path=path,
        question=question if isinstance(question, Mapping) else None,
        pictogram=str(tree.get("pictogram", "")),
        deciding=bool(tree.get("deciding")),
        destination="" if is_question else str(tree.get("destination", "")),
    )
    if is_question:
        for answer in ("yes", "no"):
            yield from steps(tree.get(answer), (*path, answer))


def questions_in(tree: Any) -> int:
    """How many questions a guide has."""
    return sum(step.question is not None for step in steps(tree))


def written(tree: Any) -> str:
    """The guide as text."""
    return "\n".join(_line(step) for step in steps(tree))


def _line(step: Step) -> str:
    mark = f"{'  ' * len(step.path)}{step.path[-1]}: " if step.path else ""
    if step.question is None:
        return f"{mark}{step.destination}"
    said = [step.question.get("nl", ""), step.question.get("en", ""), step.pictogram]
    return mark + " | ".join([*said, *([DECIDING] if step.deciding else [])])


def parsed(text: str, destinations: Collection[str]) -> dict[str, Any]:
    """The guide that a text describes. destinations: where it may lead. Raises GuideWrong."""
    lines = list(_lines(text))
    if not lines:
        raise GuideWrong(1, message("Begin with a question."))
    tree, rest = _node(lines, destinations, lines[0].text)
    if rest:
        raise GuideWrong(rest[0].number, message("This belongs to no question above it."))
    if "question" not in tree:
        raise GuideWrong(lines[0].number, message("Begin with a question."))
    return tree


def _lines(text: str) -> Iterator[_Line]:
    for number, raw in enumerate(text.replace("\t", "  ").splitlines(), 1):
        if raw.strip():
            yield _Line(number, len(raw) - len(raw.lstrip()), raw.strip())


def _node(
    lines: list[_Line], destinations: Collection[str], text: str
) -> tuple[dict[str, Any], list[_Line]]:
    """What the first of these lines says, and the lines that do not belong to it."""
    here, rest = lines[0], lines[1:]
    if "|" not in text:
        if text not in destinations:
            raise GuideWrong(here.number, message("This is no destination and no question."))
        return {"destination": text}, rest
    node = _question(here, text)
    for _ in range(2):
        if not rest or rest[0].depth <= here.depth:
            raise GuideWrong(here.number, message("This question needs an answer yes and no."))
        word, mark, after = rest[0].text.partition(":")
        answer = ANSWERS.get(word.strip().lower())
        if not mark or answer is None:
            raise GuideWrong(rest[0].number, message("Begin this line with yes: or no:"))
        if answer in node:
            raise GuideWrong(rest[0].number, message("This answer stands there twice."))
        node[answer], rest = _node(rest, destinations, after.strip())
    return node, rest


def _question(here: _Line, text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|")]
    deciding = parts[-1] == DECIDING
    said = parts[:-1] if deciding else parts
    if len(said) != _PARTS or not all(said):
        raise GuideWrong(here.number, message("Type: question in Dutch | in English | pictogram"))
    return {
        "question": {"nl": said[0], "en": said[1]},
        "pictogram": said[2],
        "deciding": deciding,
    }
