"""`make bench`: `python -m tests.bench [NAME...] [--quick]`."""

import argparse
import signal
import sys
import time

from config import env
from tests.bench import (
    backtest,
    events_by_file,
    http_events,
    place,
    report,
    scale,
    zone_page,
)

# The last one makes a bank of a million customers first, and takes as long as all others.
BENCHES = {b.NAME: b for b in (zone_page, events_by_file, backtest, http_events, scale)}
RESULTS = env.ROOT / "bench" / "results.json"


def main() -> int:
    """Measure, print and write; 0 also where a target is missed, for machines differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"some of {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="short runs, to see that all works")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.name if name not in BENCHES]:
        parser.error(f"there is no benchmark {unknown[0]}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    began = time.monotonic()
    results = []
    with place.made() as here:
        prepare(here)
        for name in chosen.name or BENCHES:
            found = BENCHES[name].run(here, quick=chosen.quick)
            results += found if isinstance(found, list) else [found] if found else []
            report.write(results, RESULTS, quick=chosen.quick)  # who stops it has what is done
    print(f"\n{report.table(results)}\n\n{time.monotonic() - began:.0f} s; see {RESULTS.name}")
    return 0


def prepare(here: place.Place) -> None:
    """The product's tables, once in a database that stays empty."""
    print("Preparing servers and tables ...", flush=True)
    here.manage("migrate", "--verbosity", "0")
    here.copy_database("bench_empty", place.MAIN)
    here.use()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped.")
