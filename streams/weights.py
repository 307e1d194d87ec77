"""What a scale says of a weighing, and what a team leader should look at twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from catalogue.errors import Malformed
from catalogue.kinds import Quality
from catalogue.rows import ContainerRow, ScaleRow, SiteRow
from catalogue.rulebook import Rulebook
from streams.acts import Flagged, Weighed

DIVISIONS_MIN = 20
"""Below twenty of its divisions a class III scale tells too little (EN 45501, minimum load)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Gross and tare as they came, with the scale that says how well they are known."""

    gross_g: int
    tare_g: int
    quality: Quality
    scale: ScaleRow | None

    def weighed(self, subject: str) -> Weighed:
        return Weighed(
            subject=subject,
            gross_g=self.gross_g,
            tare_g=self.tare_g,
            quality=self.quality.value,
            scale=self.scale.ref if self.scale else None,
        )

    def flags(self, subject: str, containers: Sequence[ContainerRow] = ()) -> list[Flagged]:
        """Unusual, so asked again and flagged, but not refused."""
        flags = []
        if self.scale and self.gross_g < DIVISIONS_MIN * self.scale.division_g:
            figures = {"gross_g": self.gross_g, "division_g": self.scale.division_g}
            flags.append(Flagged("light_for_scale", subject, figures))
        limits = [container.max_g for container in containers if container.max_g]
        if limits and self.gross_g - self.tare_g > sum(limits):
            figures = {"mass_g": self.gross_g - self.tare_g, "max_g": sum(limits)}
            flags.append(Flagged("heavy_for_container", subject, figures))
        return flags


def weight(
    book: Rulebook,
    site: SiteRow,
    *,
    gross_g: int,
    tare_g: int,
    quality: str | None,
    scale: str | None,
    day: date,
) -> tuple[Weight, list[Flagged]]:
    """A weight with its quality: an overdue scale makes it estimated, and says so."""
    row = book.scale(scale, site) if scale else None
    known = known_quality(quality)
    flags = []
    if row is not None and row.calibration_due < day:
        known = Quality.ESTIMATED
        figures = {"calibration_due": row.calibration_due.isoformat()}
        flags.append(Flagged("scale_overdue", row.code, figures))
    return Weight(gross_g=gross_g, tare_g=tare_g, quality=known, scale=row), flags


def quality_of(
    book: Rulebook, site: SiteRow, quality: str | None, scale: str | None, day: date
) -> Quality:
    """How well a part is known: not better than its scale allows."""
    known = known_quality(quality)
    overdue = scale is not None and book.scale(scale, site).calibration_due < day
    return Quality.ESTIMATED if overdue else known


def overdue_flags(
    book: Rulebook, site: SiteRow, scales: Iterable[str | None], *, day: date
) -> list[Flagged]:
    """A flag for the first of these scales that is overdue; a booking says each thing once."""
    rows = [book.scale(scale, site) for scale in dict.fromkeys(scales) if scale]
    overdue = [scale for scale in rows if scale.calibration_due < day]
    return [
        Flagged("scale_overdue", scale.code, {"calibration_due": scale.calibration_due.isoformat()})
        for scale in overdue[:1]
    ]


class Read(Protocol):
    """What may carry the frame of a scale: a command, or a part of one."""

    @property
    def frame(self) -> str | None: ...


def frame_of(weighed: Read) -> dict[str, str]:
    """The scale's own line, to be kept with the entry; nothing where a person typed the weight."""
    return {"frame": weighed.frame} if weighed.frame else {}


def frames_of(parts: Sequence[Read]) -> dict[str, list[str | None]]:
    """The scales' lines, one for each part; nothing when all of them were typed."""
    frames = [part.frame for part in parts]
    return {"frames": frames} if any(frames) else {}


def known_quality(quality: str | None) -> Quality:
    """Measured unless said otherwise. Raises Malformed."""
    if quality not in (None, *Quality):
        raise Malformed(field="quality", problem="unknown", read=quality[:20] if quality else "")
    return Quality(quality or Quality.MEASURED)
