"""What comes over the wire about items that are followed by number."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from intake.items import DestroyItem, NoteItem
from web.api.wire import Code, Moment, Photos, Wire

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ItemIn(Wire):
    """An item of a batch, by its number. gate: the step that this one piece passes thereby;
    article_group: needed where the batch was declared as something else."""

    number: Code
    station: Code
    article_group: Code | None = None
    gate: Code | None = None
    photos: Photos = Field(default_factory=list)
    scanned_at: Moment

    def command(self, now: datetime) -> NoteItem:
        photos = tuple(self.photos)
        return NoteItem(**self.common(self.scanned_at), **self.rest("photos"), photos=photos)


class DestructionIn(Wire):
    """How an item was destroyed. method: a reason that may stand beside a destruction; gate: a
    step such as "before a witness"."""

    station: Code
    method: Code
    gate: Code | None = None
    document: Annotated[
        Digest | None, Field(description="SHA-256 of a paper that shows the destruction")
    ] = None
    photos: Photos = Field(default_factory=list)
    scanned_at: Moment

    def command(self, now: datetime) -> DestroyItem:
        photos = tuple(self.photos)
        return DestroyItem(**self.common(self.scanned_at), **self.rest("photos"), photos=photos)
