"""One label of every sort, with fixed codes so that a failure can be looked at again."""

from catalogue.codes import CodeKind
from labels.gs1 import sscc
from labels.label import Label
from labels.marks import Mark

BATCH = Label(
    kind=CodeKind.BATCH,
    heading="Partij",
    code="BK4M7RXP3FQP",
    qr_text="https://stofstroom.example/c/BK4M7RXP3FQP",
    title=(
        "Kledingbedrijf Defensie",
        "Kledingzorg- en Uitrustingscentrum Soesterberg",
        "Levering DX24-8MRF-72QJ",
    ),
    facts=(
        ("Gewogen", "142,350 kg"),
        ("Artikelgroep", "Gevechtskleding, camouflage"),
        ("Ontvangen", "02-03-2026 09:15"),
        ("Bakken", "BAK-0017, BAK-0018"),
        ("Station", "S1"),
        ("Eural", "20 01 10"),
    ),
    part=(1, 2),
)
HELD = Label(
    kind=CodeKind.BATCH,
    heading="Partij",
    code="BK4M7RXP3FQP",
    qr_text="BK4M7RXP3FQP",
    title=("Ministerie van Binnenlandse Zaken en Koninkrijksrelaties, Rijksschoonmaakorganisatie",),
    mark=Mark.HELD,
    mark_word="Vastgehouden",
    facts=(("Reden", "Munitie gevonden"),),
)
PALLET = Label(
    kind=CodeKind.BIN,
    heading="Kar",
    code="KMM8MQ34L6X5",
    qr_text="https://stofstroom.example/c/KMM8MQ34L6X5",
    title=("Vezel-tot-vezel recycling", "Afnemer: Vezelfabriek Enschede"),
    mark=Mark.RECYCLE,
    mark_word="Recycling",
    facts=(("Locatie", "Noorderhaven"), ("Bak", "BAK-0017"), ("Tarra", "38,500 kg")),
    sscc=sscc("8712345", 0, 4711),
)
BIN = Label(
    kind=CodeKind.BIN,
    heading="Kar",
    code="K6R77QX2J5KV",
    qr_text="https://stofstroom.example/c/K6R77QX2J5KV",
    title=("Heruitgifte",),
    mark=Mark.REUSE,
    mark_word="Hergebruik",
)
BURN = Label(
    kind=CodeKind.BIN,
    heading="Bin",
    code="KLP65PV3J8JX",
    qr_text="KLP65PV3J8JX",
    title=("Afvalenergiecentrale Hengelo",),
    mark=Mark.INCINERATION,
    mark_word="Incineration",
    facts=(("Site", "Noorderhaven"), ("Tare", "38.500 kg")),
    language="en",
)
CONTAINER = Label(
    kind=CodeKind.CONTAINER,
    heading="Bak",
    code="9917",
    qr_text="9917",
    title=("Rolcontainer 1,2 m\u00b3",),
    facts=(("Tarra", "38,500 kg"), ("Gewogen op", "02-03-2026")),
)
STATION = Label(kind=CodeKind.STATION, heading="Station", code="S1", qr_text="S1")

SAMPLES = {
    "batch": BATCH,
    "held": HELD,
    "pallet": PALLET,
    "bin": BIN,
    "burn": BURN,
    "container": CONTAINER,
    "station": STATION,
}
