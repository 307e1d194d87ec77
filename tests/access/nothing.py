"""Calls about what nobody has, as like as can be to calls about what somebody has."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from catalogue.codes import CodeKind, mint
from tests.web.api.goods import Good

KINDS: Final = {"batches": CodeKind.BATCH, "bins": CodeKind.BIN, "labels": CodeKind.BATCH,
                "shipments": CodeKind.SHIPMENT, "finds": CodeKind.FIND,
                "scales": CodeKind.BATCH, "certificates": CodeKind.CERTIFICATE,
                "deliveries": CodeKind.DELIVERY}  # fmt: skip


def nothing_like(path: str, sent: Good) -> Good:
    """The same call about what does not exist."""
    noun = path.split("/")[1]
    never = {"scan_id": str(uuid4()), "entry": "site:S9.2", "hash": "0" * 64}
    never["number"] = "2026-9999" if noun == "reports" else "08P04NOTHERE"
    query = {**sent.query, **({"site": "S9"} if "site" in sent.query else {})}
    named = {
        name: never.get(name) or (mint(KINDS[noun]) if noun in KINDS else own)
        for name, own in sent.named.items()
    }
    return Good(named, sent.body, query, sent.png, sent.csv)
