"""Nouns of what is sorted, where it goes and what is reckoned with, field by field."""

from __future__ import annotations

from typing import Final

from web.i18n import message
from web.pages.reference.fields import Field, Noun
from web.pages.reference.words import (
    ACTS,
    APPLIES_TO,
    DIRECTIONS,
    FACTOR_UNITS,
    PURPOSES,
    SECURITIES,
)
from web.words import STREAMS

NAMES: Final = Field(
    name="names", kind="names", label=message("Name"),
    help=message("As people read it, in each language."),
)  # fmt: skip
WORD_CODE: Final = message("Small letters, digits and _, such as trousers. It stays for ever.")
VALID_FROM: Final = Field(
    name="valid_from", kind="day", label=message("Valid from"),
    help=message("The first day on which this version is used."),
)  # fmt: skip
VALID_TO: Final = Field(
    name="valid_to", kind="day", label=message("Valid until"), optional=True,
    help=message("The last day. Empty: it goes on."),
)  # fmt: skip
SOURCE: Final = Field(
    name="source", kind="long", label=message("Source"),
    help=message("Who published it, where and when. It stands beside every figure."),
)  # fmt: skip
EURAL_HELP: Final = message(
    "Six digits, and an asterisk for hazardous waste, such as 20 01 10 or 15 02 02*."
)
YEAR: Final = Field(name="year", kind="count", label=message("Year"))

ARTICLE_GROUP: Final = Noun(
    noun="article_group",
    title=message("Article groups"),
    one=message("Article group"),
    purpose=message("What comes in, how it must be guarded, and how well it must add up."),
    code=WORD_CODE,
    columns=("names", "security", "tolerance_permille", "piece_g"),
    fields=(
        NAMES,
        Field(
            name="security", kind="one", label=message("Security"), options=SECURITIES,
            help=message("What the owner demands. It decides where it may go."),
        ),
        Field(
            name="tolerance_permille", kind="permille", label=message("May stay unexplained"),
            help=message("So much of a batch may be missing when it is closed. 20 ‰ is 2 percent."),
        ),
        Field(
            name="piece_g", kind="kg", label=message("Weight of a piece"), optional=True,
            help=message("Of a usual one, for what is counted and not weighed."),
        ),
        Field(
            name="fibre", kind="text", label=message("Fibre"), optional=True, suggest=True,
            help=message("What it is mostly made of."),
        ),
        Field(
            name="in_producer_scheme", kind="yes", optional=True,
            label=message("Falls under producer responsibility"),
            help=message("Whether the producers of textile answer for it."),
        ),
        Field(
            name="customs_chapter", kind="text", label=message("Customs chapter"), optional=True,
            help=message("Of the combined nomenclature, such as 62."),
        ),
    ),
)  # fmt: skip

SORTING_GUIDE: Final = Noun(
    noun="sorting_guide",
    title=message("Sorting guides"),
    one=message("Sorting guide"),
    purpose=message("The questions that help a worker choose where something goes."),
    code=WORD_CODE,
    columns=("tree",),
    fields=(
        Field(
            name="tree", kind="tree", label=message("Questions"),
            help=message(
                "A question a line: in Dutch | in English | pictogram, and | ! when a wrong answer "
                "matters. Below it, further in, yes: and no: with the next question or the code of "
                "a destination."
            ),
        ),
    ),
)  # fmt: skip

DESTINATION: Final = Noun(
    noun="destination",
    title=message("Destinations"),
    one=message("Destination"),
    purpose=message("Where something can go: its stream, what may go there, what reports call it."),
    code=WORD_CODE,
    columns=("names", "stream", "recovery_code", "eural", "valid_from"),
    fields=(
        NAMES,
        Field(
            name="stream", kind="one", label=message("Stream"),
            options={stream.value: word for stream, word in STREAMS.items()},
            help=message("Which of the three main streams it counts in."),
        ),
        VALID_FROM,
        Field(
            name="accepts", kind="many", label=message("Accepts"), options=SECURITIES,
            help=message("Which security classes may go there."),
        ),
        Field(
            name="gates", kind="many", label=message("Steps before it"), of="gate", optional=True,
            help=message("What must be proven to have passed before anything may go there."),
        ),
        Field(
            name="active", kind="yes", label=message("In use"), optional=True,
            help=message("Off: nothing new can be sent there."),
        ),
        Field(
            name="recovery_code", kind="text", label=message("Recovery or disposal code"),
            optional=True, suggest=True,
            help=message("R1 to R13 or D1 to D15 of the waste directive."),
        ),
        Field(
            name="processing_code", kind="text", label=message("Processing method"),
            optional=True, suggest=True, help=message("Such as C.02, for the notification."),
        ),
        Field(
            name="eural", kind="eural", label=message("Waste code (Eural)"), optional=True,
            help=EURAL_HELP,
        ),
        Field(
            name="usual_name", kind="text", label=message("Usual name"), optional=True,
            help=message("What people call this waste, such as “used work clothing”."),
        ),
        Field(
            name="customs_code", kind="text", label=message("Customs code"), optional=True,
            help=message("Eight digits, for what is no longer waste."),
        ),
        Field(
            name="producer_class", kind="text", label=message("Class of producer responsibility"),
            optional=True, suggest=True,
            help=message("Where the kilograms stand in the producers' report."),
        ),
        Field(
            name="ladder", kind="text", label=message("Rung of the R-ladder"), optional=True,
            suggest=True, help=message("R0 to R9."),
        ),
        Field(
            name="gri", kind="text", label=message("Cell of GRI 306"), optional=True, suggest=True,
            help=message("Such as 306-4 ii."),
        ),
        Field(
            name="esrs", kind="text", label=message("Cell of ESRS E5-5"), optional=True,
            suggest=True, help=message("Such as recycling."),
        ),
        Field(
            name="note", kind="long", label=message("Note"), optional=True,
            help=message("Why it is so, for who asks."),
        ),
    ),
)  # fmt: skip

GATE: Final = Noun(
    noun="gate",
    title=message("Gates"),
    one=message("Step"),
    purpose=message("What must be done before something may leave, such as marks off."),
    code=WORD_CODE,
    columns=("names",),
    fields=(NAMES,),
)

OWNER_RULE: Final = Noun(
    noun="owner_rule",
    title=message("Owner's rules"),
    one=message("Owner's rule"),
    purpose=message("Where a supplier lets its goods go. Without a rule the security decides."),
    columns=("supplier", "article_group", "destinations"),
    fields=(
        Field(
            name="supplier", kind="one", label=message("Supplier"), of="supplier", fixed=True,
            help=message("Whose goods they are."),
        ),
        Field(
            name="article_group", kind="one", label=message("Article group"), of="article_group",
            fixed=True,
        ),
        Field(
            name="destinations", kind="many", label=message("May go to"), of="destination",
            help=message("Only there. Nowhere else."),
        ),
    ),
)  # fmt: skip

LOSS_KIND: Final = Noun(
    noun="loss_kind",
    title=message("Losses"),
    one=message("Loss"),
    purpose=message("What can get lost on the way, such as moisture, and how much of a batch."),
    code=WORD_CODE,
    columns=("names", "limit_permille"),
    fields=(
        NAMES,
        Field(
            name="limit_permille", kind="permille", label=message("Limit"),
            help=message("More than this needs a team leader. 20 ‰ is 2 percent of a batch."),
        ),
    ),
)  # fmt: skip

REASON: Final = Noun(
    noun="reason",
    title=message("Reasons"),
    one=message("Reason"),
    purpose=message("Why somebody did something: what can be chosen beside an act."),
    code=WORD_CODE,
    columns=("names", "acts"),
    fields=(
        NAMES,
        Field(
            name="acts", kind="many", label=message("Beside which acts"), options=ACTS,
            help=message("Where people may choose it."),
        ),
    ),
)  # fmt: skip

FIND_KIND: Final = Noun(
    noun="find_kind",
    title=message("Kinds of finds"),
    one=message("Kind of find"),
    purpose=message("What can be found in a pocket, and whether work stops for it."),
    code=WORD_CODE,
    columns=("names", "stops_batch", "retention_days"),
    fields=(
        NAMES,
        Field(
            name="stops_batch", kind="yes", label=message("Stops the batch"), optional=True,
            help=message("The batch is put on hold at once, as for a weapon."),
        ),
        Field(
            name="eural", kind="eural", label=message("Waste code (Eural)"), optional=True,
            help=message("If nobody comes for it."),
        ),
        Field(
            name="retention_days", kind="count", label=message("Days to keep it"), optional=True,
            help=message("So long it waits for its owner."),
        ),
    ),
)  # fmt: skip

FACTOR: Final = Noun(
    noun="factor",
    title=message("Factors"),
    one=message("Factor"),
    purpose=message("What a kilogram stands for in figures that nobody can weigh."),
    code=WORD_CODE,
    columns=("names", "purpose", "year", "central", "unit"),
    fields=(
        NAMES,
        Field(
            name="purpose", kind="one", label=message("What it is for"), options=PURPOSES,
            help=message("One factor for each, and each year."),
        ),
        YEAR,
        VALID_FROM,
        VALID_TO,
        Field(name="unit", kind="one", label=message("Unit"), options=FACTOR_UNITS),
        Field(
            name="low", kind="count", label=message("Low"),
            help=message("The least that is likely."),
        ),
        Field(
            name="central", kind="count", label=message("Central"),
            help=message("What is published, or most likely."),
        ),
        Field(
            name="high", kind="count", label=message("High"),
            help=message("The most that is likely."),
        ),
        Field(
            name="region", kind="text", label=message("Region"), optional=True, suggest=True,
            help=message("Where it holds."),
        ),
        SOURCE,
        Field(
            name="licence", kind="text", label=message("Licence"), optional=True, suggest=True,
            help=message("On what terms it may be used."),
        ),
    ),
)  # fmt: skip

TARGET: Final = Noun(
    noun="target",
    title=message("Targets"),
    one=message("Target"),
    purpose=message("Lines that a figure is held against, of ourselves or of the law."),
    code=WORD_CODE,
    columns=("names", "measure", "direction", "permille", "supplier"),
    fields=(
        NAMES,
        Field(
            name="measure", kind="text", label=message("Figure"), suggest=True,
            help=message("The id of the figure, such as reuse_of_sorted."),
        ),
        Field(
            name="direction", kind="one", label=message("Direction"), options=DIRECTIONS,
            help=message("Which side of the line is good."),
        ),
        Field(
            name="permille", kind="permille", label=message("Line"),
            help=message("500 ‰ is 50 percent."),
        ),
        Field(
            name="applies_to", kind="one", label=message("Whose target"), options=APPLIES_TO,
            optional=True,
            help=message("What the law asks of producers is shown, and never called met."),
        ),
        VALID_FROM,
        VALID_TO,
        Field(
            name="supplier", kind="one", label=message("Supplier"), of="supplier", optional=True,
            fixed=True, help=message("Only for one. Empty: for everybody."),
        ),
        SOURCE,
    ),
)  # fmt: skip

DECLARATION: Final = Noun(
    noun="declaration",
    title=message("Declarations"),
    one=message("Declaration"),
    purpose=message("What a supplier says of what it bought, which no scale can tell."),
    code=WORD_CODE,
    columns=("supplier", "article_group", "year", "recycled_permille"),
    fields=(
        Field(
            name="supplier", kind="one", label=message("Supplier"), of="supplier", fixed=True,
            help=message("Who says it."),
        ),
        Field(
            name="article_group", kind="one", label=message("Article group"), of="article_group",
            optional=True, fixed=True, help=message("Empty: for all that it hands in."),
        ),
        YEAR,
        Field(
            name="recycled_permille", kind="permille", label=message("Recycled material in it"),
            optional=True, help=message("Of the mass that was bought. Each gram counts once."),
        ),
        Field(
            name="reused_permille", kind="permille", label=message("Reused parts in it"),
            optional=True,
        ),
        Field(
            name="renewable_permille", kind="permille", label=message("Renewable material in it"),
            optional=True,
        ),
        Field(
            name="lifetime_permille", kind="permille", label=message("Life"), optional=True,
            help=message("Against what is usual in the trade. 1000 ‰ is the same."),
        ),
        Field(
            name="use_permille", kind="permille", label=message("Intensity of use"), optional=True,
            help=message("Against what is usual in the trade. 1000 ‰ is the same."),
        ),
        Field(
            name="feed_efficiency_permille", kind="permille", optional=True,
            label=message("Yield of recycling before it"),
            help=message("Of the recycling that made the material in it."),
        ),
        Field(
            name="recycling_efficiency_permille", kind="permille", optional=True,
            label=message("Yield of recycling after it"),
            help=message("Of the recycling of what was sorted out."),
        ),
        SOURCE,
    ),
)  # fmt: skip
