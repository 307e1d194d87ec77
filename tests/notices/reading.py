"""A depot whose people are told things: somebody of each kind, and what each of them reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from accounts.tables import Person
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from notices.kinds import NoticeKind
from notices.looking import look
from notices.queries import NoticeRow, notices_of
from notices.telling import tell_of_entry
from notices.views import entries_since
from tests.builders import Depot

PEOPLE: Mapping[str, tuple[Role, str, str | None]] = {
    "leader": (Role.TEAM_LEADER, "WATERKANT", None),
    "leader_s2": (Role.TEAM_LEADER, "WATERKANT", "S2"),
    "manager": (Role.MANAGER, "WATERKANT", None),
    "worker": (Role.WORKER, "WATERKANT", "S1"),
    "noorderhaven": (Role.SUPPLIER, "NOORDERHAVEN", None),
    "duinrand": (Role.SUPPLIER, "DUINRAND", None),
    "vezelhof": (Role.OUTLET, "VEZELHOF", None),
    "outsider": (Role.TEAM_LEADER, "BUITENPOST", None),
}
EVERYTHING = frozenset({"intake", "refuse", "hold", "find", "shipment", "confirm", "return"})


class Readers:
    """Tells of what was booked as `web` does, and says who read what."""

    def __init__(self, depot: Depot, languages: Mapping[str, str] | None = None) -> None:
        self.depot = depot
        self.keys: dict[str, int] = {}
        with depot.database.write() as session:
            book = rulebook(session)
            for name, (role, organisation, site) in PEOPLE.items():
                # Nobody signs in here, and a real password takes a moment to hash.
                person = Person(
                    email=f"{name}@example.org",
                    name=name.capitalize(),
                    password_hash="none",
                    role=role.value,
                    organisation_id=book.organisations[organisation].id,
                    site_id=book.sites[site].id if site else None,
                    language=(languages or {}).get(name, "nl"),
                    created_at=depot.now,
                )
                session.add(person)
                session.flush()
                self.keys[name] = person.id

    def after(
        self, act: Callable[..., Any], *given: Any, by: str | None = None, **more: Any
    ) -> Any:
        """Do something, and tell whoever should know."""
        answer = act(*given, **more)
        self.tell(by=by)
        return answer

    def tell(self, by: str | None = None) -> int:
        """Tell of the newest entry of all; how many were told."""
        with self.depot.database.write() as session:
            newest = entries_since(session, EVERYTHING, self.depot.now.date())[-1][0]
            return tell_of_entry(
                session,
                rulebook(session),
                newest,
                now=self.depot.now,
                but_not=self.keys[by] if by else None,
            )

    def look(self) -> int:
        with self.depot.database.write() as session:
            return look(session, rulebook(session), now=self.depot.now)

    def rows(self, name: str) -> list[NoticeRow]:
        with self.depot.database.read() as session:
            return notices_of(session, self.keys[name], limit=100)

    def read(self, name: str) -> list[tuple[NoticeKind, str]]:
        """Kind and thing of what somebody was told, the newest first."""
        return [(row.kind, row.subject) for row in self.rows(name)]

    def told(self) -> dict[str, list[tuple[NoticeKind, str]]]:
        """Everybody who was told anything."""
        return {name: read for name in PEOPLE if (read := self.read(name))}
