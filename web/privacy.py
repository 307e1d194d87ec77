"""What is kept of people: whose, why, on what ground, how long, and who sees it.

The one table of it. The page `/privacy` is made of it, and a test holds it against the database:
every column of every table stands here, or in `web.not_personal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from accounts.rules import ACTOR_KEPT, EVENT_KEPT
from intake.photos import KEPT as PHOTO_KEPT
from notices.rules import NOTICE_KEPT
from web.i18n import message


class Ground(StrEnum):
    """Why it may be kept at all: the ground in the privacy law, article 6 of the regulation."""

    WORK = "work"
    SAFETY = "safety"
    LAW = "law"


GROUNDS: Final[Mapping[str, str]] = {
    Ground.WORK.value: message("Needed to do the work that was agreed (contract)."),
    Ground.SAFETY.value: message("Needed to keep data and goods safe (legitimate interest)."),
    Ground.LAW.value: message("The law asks for it (legal duty: waste and find registers)."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One kind of data about people; texts are msgids. days: how long, where that is a number.

    columns: where it stands in the database: by table, with spaces between.
    """

    whose: str
    what: str
    why: str
    ground: Ground
    long: str
    seen_by: str
    columns: Mapping[str, str]
    days: int | None = None


def _days(time: timedelta) -> int:
    return time.days


KEPT: Final[tuple[Kept, ...]] = (
    Kept(
        whose=message("Everybody with an account"),
        what=message("Name, e-mail address, language, role, and the organisation and site."),
        why=message("So that you can sign in, and see only what is yours to see."),
        ground=Ground.WORK,
        long=message("As long as you have the account. Then it is erased when you ask."),
        seen_by=message("You, and the administrators who may give you access."),
        columns={
            "person": (
                "id email name role organisation_id site_id language active created_at scope "
                "erased_at"
            ),
        },
    ),
    Kept(
        whose=message("Everybody with an account"),
        what=message(
            "What lets you in: a password that cannot be read back, a sealed secret of the app with"
            " codes, hashes of recovery codes, public keys of passkeys, your number at the login"
            " of your own organisation, and one-time links."
        ),
        why=message("So that nobody else gets in with your name."),
        ground=Ground.SAFETY,
        long=message("Until you change or remove it. One-time links last a week at most."),
        seen_by=message("Nobody. You see that it is there, and when it was used last."),
        columns={
            "person": "password_hash handle",
            "authenticator": "person_id secret created_at confirmed_at last_step",
            "recovery_code": "id person_id hash used_at",
            "passkey": (
                "id person_id credential public_key sign_count name transports backed_up "
                "created_at used_at"
            ),
            "identity": "id person_id issuer subject created_at used_at",
            "ticket": "id hash purpose person_id payload created_at expires_at used_at",
        },
    ),
    Kept(
        whose=message("Everybody who is signed in"),
        what=message(
            "Your sessions: since when, by which way in, the short name of the browser, and when"
            " it was used last, to within five minutes."
        ),
        why=message("So that you stay signed in, and can end a session that is not yours."),
        ground=Ground.SAFETY,
        long=message("Until the session ends, and a day at most after that."),
        seen_by=message("Only you. Administrators see the last day, but not of workers."),
        columns={
            "token": (
                "id kind hash name role organisation_id site_id person_id created_at expires_at "
                "revoked_at scope methods browser seen_at"
            ),
        },
    ),
    Kept(
        whose=message("Everybody who tries to sign in"),
        what=message(
            "That a try failed: a hash of the account that was tried, and of the browser. A cookie"
            " with a random number lets us know your own browser again for half a year."
        ),
        why=message("So that nobody can go on guessing a password."),
        ground=Ground.SAFETY,
        long=message("Two days at most."),
        seen_by=message("Nobody: the computer counts them."),
        columns={
            "wrong_try": "id whose origin at",
        },
    ),
    Kept(
        whose=message("Everybody with an account"),
        what=message(
            "What was done to accounts, rights and settings: by whom, when, and from which address"
            " on the internet. No scan stands in it."
        ),
        why=message("So that misuse can be found, and a mistake put right."),
        ground=Ground.SAFETY,
        long=message("%(days)s days"),
        days=_days(EVENT_KEPT),
        seen_by=message(
            "Administrators and auditors. When workers sign in or out is shown to nobody."
        ),
        columns={
            "audit_event": "id at kind actor target organisation_id address details erase_on",
        },
    ),
    Kept(
        whose=message("Everybody who opens a page"),
        what=message(
            "The log of the server: which page was asked, when, and from which address on the"
            " internet. It stands outside the database, without passwords, codes or names."
        ),
        why=message("So that faults and attacks are found."),
        ground=Ground.SAFETY,
        long=message("As long as is set on the server: three months is enough."),
        seen_by=message("Who looks after the server."),
        columns={},
    ),
    Kept(
        whose=message("Who works at the floor"),
        what=message(
            "Who did which act: a number of the person, badge, tablet or machine, beside the"
            " number of the act. It stands apart from the register."
        ),
        why=message("So that a mistake can be asked about while somebody still remembers it."),
        ground=Ground.SAFETY,
        long=message("%(days)s days"),
        days=_days(ACTOR_KEPT),
        seen_by=message("Nobody on any page, in any list or in any file."),
        columns={
            "actor": "scan_id actor erase_on",
        },
    ),
    Kept(
        whose=message("Who works at the floor"),
        what=message("That a badge or a code exists, and whose it is. Not when it is used."),
        why=message("So that only who works here can use a tablet, where a station asks for it."),
        ground=Ground.SAFETY,
        long=message("Until the badge is revoked or the person is erased."),
        seen_by=message("Team leaders and administrators of the site."),
        columns={
            "badge": "id hash site_id name person_id created_at revoked_at",
        },
    ),
    Kept(
        whose=message("Who works at the floor"),
        what=message(
            "The register of goods: what was done, at which station and at what time. No name and"
            " no number of a person stands in it."
        ),
        why=message("So that every gram can be followed, and nobody can change that later."),
        ground=Ground.LAW,
        long=message("At least five years. It cannot be changed."),
        seen_by=message(
            "Everybody sees days and weights of their own goods. Only who works for the operator"
            " sees the time and the station, one act at a time; a file with them goes to auditors"
            " only."
        ),
        columns={
            "entry": "scan_id at recorded_at payload",
            "receipt": "station_id",
            "reserved_code": "station_id",
            "print_job": "scan_id station_id created_at changed_at",
        },
    ),
    Kept(
        whose=message("Who is named in a remark"),
        what=message(
            "Remarks in free words beside an act, the names under a hand-over of a find, and what"
            " was typed in an act that was not booked. Write no names in a remark."
        ),
        why=message("To explain a correction, and to prove who received a dangerous find."),
        ground=Ground.LAW,
        long=message(
            "Names under a hand-over: as long as is set for that kind of find. Other remarks: as"
            " long as the register, unless they are erased on request."
        ),
        seen_by=message("Who works for the operator and may see that act."),
        columns={
            "note": "entry_id salt words",
            "scan": "scan_id command problem",
        },
    ),
    Kept(
        whose=message("Who is in a picture"),
        what=message("Photos of goods, and papers of outlets. There should be no person in them."),
        why=message("To prove what came in, and what became of it."),
        ground=Ground.WORK,
        long=message("Photos: %(days)s days. Papers: as long as the register."),
        days=_days(PHOTO_KEPT),
        seen_by=message("Who may see those goods."),
        columns={
            "photo": "hash content received_at",
            "outlet_document": "hash content received_at",
        },
    ),
    Kept(
        whose=message("Everybody with an account"),
        what=message("What you were told and whether you read it, mails to you, and your choices."),
        why=message("So that you hear of what you have to do, once."),
        ground=Ground.WORK,
        long=message("Notices: %(days)s days. Mails are erased sooner."),
        days=_days(NOTICE_KEPT),
        seen_by=message("Only you. Administrators see which mails could not be sent."),
        columns={
            "notice": (
                "id kind cause reader operator_id site_id person_id mail_id subject figures "
                "in_portal created_at read_at"
            ),
            "preference": "person_id kind portal mail",
            "mail": (
                "id token operator_id person_id address language kind path state attempts "
                "problem created_at ended_at"
            ),
            "job": "payload last_error",
        },
    ),
    Kept(
        whose=message("Partners without an account"),
        what=message("An e-mail address and its language, and when a link in a mail was opened."),
        why=message("So that an outlet can say what became of the goods."),
        ground=Ground.WORK,
        long=message("Until the partner asks to erase it, or the operator stops working with it."),
        seen_by=message("Team leaders and administrators of the operator."),
        columns={
            "contact": "operator_id organisation_id address language",
            "outlet_link": "opened_at",
        },
    ),
    Kept(
        whose=message("Businesses that are one person"),
        what=message(
            "Name, address and registration of organisations, and number plates of vehicles that"
            " carry the goods."
        ),
        why=message("They have to stand on waybills and in the waste register."),
        ground=Ground.LAW,
        long=message("At least five years. It cannot be changed."),
        seen_by=message("The operator, and who gets that waybill or that report."),
        columns={
            "organisation": "name address registration gln vihb processor_number",
            "leg": "vihb vehicle from_place to_place",
            "stream_number": (
                "party_name party_registration street house_number addition postcode town country"
            ),
        },
    ),
)
"""Everything that says something about somebody."""

PROMISES: Final[tuple[str, ...]] = (
    message("No page, chart, list or file shows how fast somebody works, or how much."),
    message("No figure is counted per person, per badge, per tablet or per station."),
    message("Who did an act stands apart from the register, and is erased when its time is up."),
    message("When a badge is used is kept nowhere but in the note of who did what."),
    message("When workers sign in or out is shown to nobody."),
    message("Practice on a tablet never reaches the server."),
    message("No cookie follows you. They are there to sign in, and for your language."),
    message("Data about people go to nobody else, and no computer decides about people."),
)
"""What a works council may count on; `tests/house/test_no_pace.py` holds the program to it."""
