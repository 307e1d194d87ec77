"""`make bench`: what a scan, a report, an export and a label cost beside what they could cost at
best, what a box costs at the stations, and what faults cost."""

from __future__ import annotations

import argparse

from benchmarks import (
    exports,
    faults,
    floor,
    labels,
    nation,
    pgbench,
    replay,
    report,
    restarts,
    scans,
    start,
)

BENCHES = {
    "scans": scans.run,
    "replay": replay.run,
    "postgresql": pgbench.run,
    "report": report.run,
    "exports": exports.run,
    "labels": labels.run,
    "floor": floor.run,
    "faults": faults.run,
    "restarts": restarts.run,
    "start": start.run,
    "nation": nation.run,
}


def main() -> None:
    """Run the benches that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("bench", nargs="*", choices=[*BENCHES, []], help="which; none: all")
    for name in parser.parse_args().bench or BENCHES:
        BENCHES[name]()


if __name__ == "__main__":
    main()
