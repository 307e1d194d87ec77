"""Nouns of who takes part and where they work, field by field."""

from __future__ import annotations

from typing import Final

from catalogue.rules import LABEL_SIZES
from web.i18n import message
from web.pages.reference.fields import Field, Noun
from web.pages.reference.words import CHOSEN_CODE, PARTNER_ROLES
from web.words import STATION_KINDS

NAME: Final = message("Name")
ADDRESS: Final = message("Address")
PROCESSOR_HELP: Final = message(
    "Five digits or capitals, as the authority for waste notification gave it."
)
GLN_HELP: Final = message("Thirteen digits of GS1, if there is one.")
SITE: Final = Field(
    name="site", kind="one", label=message("Site"), help=message("Where it stands."), of="site",
    fixed=True,
)  # fmt: skip

ORGANISATION: Final = Noun(
    noun="organisation",
    title=message("Organisations"),
    one=message("Organisation"),
    purpose=message("Everybody who hands in, drives, receives or sorts: name, address, numbers."),
    code=CHOSEN_CODE,
    columns=("name", "address", "registration", "parent"),
    fields=(
        Field(name="name", kind="text", label=NAME, help=message("As it stands on papers.")),
        Field(
            name="is_operator", kind="yes", label=message("Operator of this register"),
            help=message("Only the organisation that sorts."), fixed=True, optional=True,
        ),
        Field(
            name="parent", kind="one", label=message("Part of"), of="organisation", optional=True,
            fixed=True, help=message("The organisation that sees these figures in its own sum."),
        ),
        Field(
            name="address", kind="text", label=ADDRESS, optional=True,
            help=message("Straat 1, 1234 AB Plaats. Papers of waste need it."),
        ),
        Field(
            name="registration", kind="text", label=message("Registration number"), optional=True,
            help=message("Of the chamber of commerce (KvK). Papers of waste need it."),
        ),
        Field(
            name="vihb", kind="text", label=message("Carrier's number (VIHB)"), optional=True,
            help=message("Of who may carry, collect, trade or broker waste."),
        ),
        Field(
            name="processor_number", kind="text", label=message("Processor number"), optional=True,
            help=PROCESSOR_HELP,
        ),
        Field(
            name="gln", kind="text", label=message("Location number (GLN)"), optional=True,
            help=GLN_HELP,
        ),
        Field(
            name="gs1_prefix", kind="text", label=message("Company prefix (GS1)"), optional=True,
            help=message("Makes the codes on labels readable for others."),
        ),
    ),
)  # fmt: skip

PARTNER: Final = Noun(
    noun="partner",
    title=message("Partners"),
    one=message("Partner"),
    purpose=message("What an organisation is to us: supplier, outlet or carrier, and its permit."),
    columns=("organisation", "roles", "permit", "permit_until"),
    fields=(
        Field(
            name="organisation", kind="one", label=message("Organisation"), of="organisation",
            fixed=True, help=message("Who it is. Make the organisation first."),
        ),
        Field(
            name="roles", kind="many", label=message("What it is to us"), options=PARTNER_ROLES,
            help=message("One or more."),
        ),
        Field(
            name="treatments", kind="many", label=message("What an outlet takes"),
            of="destination", optional=True,
            help=message("The destinations for which it may have our bins."),
        ),
        Field(
            name="permit", kind="text", label=message("Permit"), optional=True,
            help=message("Under which an outlet may have waste: its number and who gave it."),
        ),
        Field(
            name="permit_until", kind="day", label=message("Permit holds until"), optional=True,
            help=message("The last day. After it no waste goes there."),
        ),
        Field(
            name="confirm_days", kind="count", label=message("Days to confirm"), optional=True,
            help=message("So long it may take to confirm a shipment. Empty: as with everybody."),
        ),
        Field(
            name="distance_km", kind="count", label=message("Distance in km"), optional=True,
            help=message("By road, from our site. For the share that stays near."),
        ),
        Field(
            name="country", kind="text", label=message("Country"), optional=True, suggest=True,
            help=message("Two letters, such as NL. Where the goods are used or processed."),
        ),
    ),
)  # fmt: skip

SITES: Final = Noun(
    noun="site",
    title=message("Sites"),
    one=message("Site"),
    purpose=message("The halls where we sort. Everything that happens belongs to one."),
    code=CHOSEN_CODE,
    columns=("name", "address", "processor_number"),
    fields=(
        Field(name="name", kind="text", label=NAME, help=message("As people know the hall.")),
        Field(
            name="timezone", kind="text", label=message("Time zone"), suggest=True,
            help=message("It decides what day it is there, such as Europe/Amsterdam."),
        ),
        Field(
            name="address", kind="text", label=ADDRESS, optional=True,
            help=message("Straat 1, 1234 AB Plaats. Papers of waste need it."),
        ),
        Field(
            name="processor_number", kind="text", label=message("Processor number"), optional=True,
            help=PROCESSOR_HELP,
        ),
        Field(
            name="must_notify", kind="yes", label=message("Has to notify what it receives"),
            optional=True, help=message("By the permit of this site. Then it needs a number."),
        ),
        Field(
            name="announced_limit_permille", kind="permille", optional=True,
            label=message("How far from what was announced"),
            help=message("If it differs more, somebody is told. 100 ‰ is 10 percent."),
        ),
        Field(
            name="gln", kind="text", label=message("Location number (GLN)"), optional=True,
            help=GLN_HELP,
        ),
    ),
)  # fmt: skip

STATION: Final = Noun(
    noun="station",
    title=message("Stations"),
    one=message("Station"),
    purpose=message("The work places with a label: intake, inspection, sorting, dispatch."),
    code=CHOSEN_CODE,
    columns=("name", "kind", "site"),
    fields=(
        SITE,
        Field(
            name="kind", kind="one", label=message("Kind"), options=STATION_KINDS,
            help=message("What is done there. It decides what a tablet shows first."),
        ),
        Field(name="name", kind="text", label=NAME, help=message("As it hangs above the table.")),
    ),
)  # fmt: skip

CONTAINER: Final = Noun(
    noun="container",
    title=message("Containers"),
    one=message("Container"),
    purpose=message("Boxes, cages and bags that are used again, each with its own weighed tare."),
    code=CHOSEN_CODE,
    columns=("kind", "tare_g", "tare_on", "site"),
    fields=(
        SITE,
        Field(
            name="kind", kind="text", label=message("Kind"), suggest=True,
            help=message("Such as cage or box."),
        ),
        Field(
            name="tare_g", kind="kg", label=message("Tare"),
            help=message("What it weighs empty, with its lid."),
        ),
        Field(name="tare_on", kind="day", label=message("Tare weighed on")),
        Field(
            name="max_g", kind="kg", label=message("Holds at most"), optional=True,
            help=message("Heavier than this is accepted, and somebody is told."),
        ),
    ),
)  # fmt: skip

SCALE: Final = Noun(
    noun="scale",
    title=message("Scales"),
    one=message("Scale"),
    purpose=message("What weighs, how finely, and until when its weights count as measured."),
    code=CHOSEN_CODE,
    columns=("name", "division_g", "max_g", "calibration_due", "site"),
    fields=(
        SITE,
        Field(name="name", kind="text", label=NAME, help=message("As people know it.")),
        Field(
            name="division_g", kind="kg", label=message("Scale division"),
            help=message("The smallest step that it shows, such as 0,1."),
        ),
        Field(name="max_g", kind="kg", label=message("Weighs at most")),
        Field(
            name="calibration_due", kind="day", label=message("Calibrate before"),
            help=message("After this day what it weighs counts as estimated."),
        ),
        Field(
            name="address", kind="text", label=message("Address on the network"), optional=True,
            help=message("tcp://host:port of its box. Empty: a tablet reads it itself."),
        ),
    ),
)  # fmt: skip

PRINTER: Final = Noun(
    noun="printer",
    title=message("Printers"),
    one=message("Printer"),
    purpose=message("The label printers on the network, and the labels that are in them."),
    code=CHOSEN_CODE,
    columns=("name", "host", "size", "site"),
    fields=(
        SITE,
        Field(name="name", kind="text", label=NAME, help=message("As people know it.")),
        Field(
            name="host", kind="text", label=message("Address on the network"),
            help=message("A name or a number, such as 10.0.0.9."),
        ),
        Field(
            name="port", kind="count", label=message("Port"), optional=True,
            help=message("Usually 9100."),
        ),
        Field(
            name="size", kind="one", label=message("Size of the labels"), optional=True,
            options=dict.fromkeys(LABEL_SIZES, ""), help=message("In millimetres."),
        ),
        Field(
            name="dpi", kind="one", label=message("Dots per inch"), optional=True,
            options={"203": "", "300": ""},
        ),
    ),
)  # fmt: skip
