"""What the public contract promises of each write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANSWERS: Final[Mapping[str, set[str]]] = {
    "/deliveries": {"code"},
    "/deliveries/{code}/withdrawal": {"code", "state", "entry"},
    "/codes": {"codes"},
    "/batches": {"code", "mass_g", "held_g", "state"},
    "/batches/{code}/sortings": {"held_g", "state", "entry"},
    "/bins/{code}/sortings": {"entry"},
    "/batches/{code}/gates": {"entry"},
    "/bins/{code}/gates": {"entry"},
    "/batches/{code}/weighings": {"mass_g", "held_g"},
    "/batches/{code}/correction": {"code"},
    "/batches/{code}/close": {"entry", "state"},
    "/batches/{code}/reopen": {"entry", "state"},
    "/batches/{code}/hold": {"state"},
    "/batches/{code}/release": {"state"},
    "/batches/{code}/refusal": {"state"},
    "/labels/{code}/replacement": {"code", "label", "entry"},
    "/print-jobs": {"scan_id", "code", "printer", "state"},
    "/print-jobs/{scan_id}/again": {"scan_id", "code", "printer", "state"},
    "/scans/{scan_id}/reversal": {"entry"},
    "/finds": {"code"},
    "/finds/{code}/handover": {"code"},
    "/batches/{code}/items": {"code", "number"},
    "/items/{number}/destruction": {"code", "number"},
    "/bins": {"code", "mass_g"},
    "/bins/{code}/close": {"code", "mass_g"},
    "/shipments": {"code", "mass_g", "treatments"},
    "/shipments/{code}/returns": {"code", "mass_g", "treatments"},
    "/shipments/{code}/confirmation": {"entry"},
    "/shipments/{code}/legs": {"code", "entry"},
    "/parked/{scan_id}/settlement": {"state"},
    "/certificates": {"code", "state"},
    "/reports/issued": {"number", "code", "digest", "entry"},
    "/certificates/{code}/withdrawal": {"code", "state"},
    "/waste/stream-numbers": {"code"},
    "/waste/stream-numbers/{number}/carriage": {"code"},
    "/waste/notifications": {"code"},
}
"""The fields that the contract promises."""
