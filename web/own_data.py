"""All that is kept of one person, as a file for them: what it is, why, and how long."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session
from starlette.responses import Response

import accounts.own
import notices.own
from web.i18n import Language
from web.privacy import GROUNDS, KEPT


def own_data(
    session: Session, person_id: int, *, words: Language, with_acts: bool, now: datetime
) -> dict[str, Any]:
    """Everything of a person by table, with what the page on privacy says of each table."""
    rows = accounts.own.all_of(session, person_id, with_acts=with_acts)
    rows |= notices.own.all_of(session, person_id)
    return {
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "kept": [
            {
                "what": words.gettext(kept.what),
                "why": words.gettext(kept.why),
                "ground": words.gettext(GROUNDS[kept.ground.value]),
                "how_long": words.gettext(kept.long) % {"days": kept.days},
                "who_sees_it": words.gettext(kept.seen_by),
                "data": {name: rows[name] for name in kept.columns if name in rows},
            }
            for kept in KEPT
            if kept.columns.keys() & rows.keys()
        ],
    }


def as_file(data: dict[str, Any]) -> Response:
    """The data as a file to be kept."""
    content = json.dumps(data, indent=2, ensure_ascii=False).encode()
    headers = {"Content-Disposition": 'attachment; filename="stofstroom-data.json"'}
    return Response(content, media_type="application/json", headers=headers)
