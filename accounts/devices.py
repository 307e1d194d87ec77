"""Let tablets in, put them out, and note what they say of themselves.

A code on paper or on a screen lets one tablet in at one station, once. From then on the tablet is
known by a token of its own, and acts as a worker at that station.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, case, delete, insert, update
from sqlmodel import Session

from accounts import rules
from accounts.access import enrolling_sites, station_to_enrol
from accounts.queries import DeviceRow, device
from accounts.secret import TABLET_PREFIX, code_hash, new_code, new_token, token_hash
from accounts.tables import Device, Enrolment
from catalogue.access import Viewer
from catalogue.errors import EnrolmentUnknown, NotFound
from catalogue.rows import SiteRow, StationRow
from catalogue.rulebook import rulebook
from store.columns import table_of

CODE_KEPT: Final = timedelta(hours=1)
"""Long enough to walk to the tablet."""

_enrolment = table_of(Enrolment)
_device = table_of(Device)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A tablet that was let in. token: plain, to be handed to the tablet and kept nowhere else."""

    token: str
    device_id: int
    name: str
    station: StationRow
    site: SiteRow


def issue_code(session: Session, station: str, name: str, *, viewer: Viewer, now: datetime) -> str:
    """A code that lets one tablet in at a station, within the hour; to be shown once.

    name: what the tablet will be called. Codes that ran out are thrown away.
    Raises NotAllowed, NotFound, Malformed.
    """
    place = station_to_enrol(rulebook(session), viewer, station)
    called = rules.name(name)
    session.execute(delete(_enrolment).where(_enrolment.c.expires_at <= now))
    plain = new_code()
    session.execute(
        insert(_enrolment).values(
            hash=code_hash(plain),
            name=called,
            station_id=place.id,
            created_at=now,
            expires_at=now + CODE_KEPT,
            used_at=None,
        )
    )
    return plain


def enrol(session: Session, code: str, *, now: datetime) -> Enrolled:
    """Use up a code and let the tablet in that showed it. Raises EnrolmentUnknown.

    Two tablets with one code: one UPDATE finds it unused, the other finds nothing.
    """
    used = session.execute(
        update(_enrolment)
        .where(
            _enrolment.c.hash == (code_hash(code) or ""),
            _enrolment.c.used_at.is_(None),
            _enrolment.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(_enrolment.c.name, _enrolment.c.station_id)
    ).one_or_none()
    if used is None:
        raise EnrolmentUnknown
    token = new_token(TABLET_PREFIX)
    device_id = session.execute(
        insert(_device)
        .values(hash=token_hash(token), name=used.name, station_id=used.station_id, enrolled_at=now)
        .returning(_device.c.id)
    ).scalar_one()
    book = rulebook(session)
    station = book.stations_by_id[used.station_id]
    return Enrolled(token, device_id, used.name, station, book.sites_by_id[station.site_id])


def revoke_device(session: Session, device_id: int, *, viewer: Viewer, now: datetime) -> DeviceRow:
    """Put a tablet out; says which one it was. What still waits in it can no longer be sent.

    Raises NotAllowed, NotFound.
    """
    found = device(session, device_id)
    book = rulebook(session)
    sites = enrolling_sites(book, viewer)
    if found is None or book.stations_by_id[found.station_id].site_id not in sites:
        raise NotFound
    session.execute(update(_device).where(_device.c.id == device_id).values(revoked_at=now))
    return found


# Said with every call of a tablet that brings scans, so it is built once.
_HEARD = (
    update(_device)
    .where(_device.c.id == bindparam("device_id"))
    .values(
        seen_at=bindparam("now"),
        app_version=bindparam("version"),
        waiting=bindparam("waits"),
        attention=bindparam("needs_person"),
        counter=case(
            (_device.c.counter > bindparam("made"), _device.c.counter), else_=bindparam("made")
        ),
    )
)


def heard(
    session: Session,
    device_id: int,
    *,
    now: datetime,
    app_version: str,
    waiting: int,
    attention: int,
    counter: int,
) -> None:
    """Note what a tablet says of itself. The counter never goes back. One statement."""
    said = {
        "device_id": device_id,
        "now": now,
        "version": app_version,
        "waits": waiting,
        "needs_person": attention,
        "made": counter,
    }
    session.connection().execute(_HEARD, said)
