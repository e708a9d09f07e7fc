"""A back-test of the whole program, against settling the same events live."""

from tests.bench import berka, events_by_file
from tests.bench.place import Place
from tests.bench.report import Result, of_runs

NAME = "backtest"
TARGET = 5.0
MOST_MIB = 500
MOST_GROWTH_MIB = 16
STORED = "bench_stored"


def run(place: Place, *, quick: bool) -> Result | None:
    """Import the feed, which settles it; then try the same program on what is stored."""
    folder = berka.folder()
    if folder is None:
        print(f"{NAME}: skipped, there is no Berka feed (set BERKA_DIR)")
        return None
    events = 40_000 if quick else 1_000_000
    program = folder / "program.yaml"
    feed = place.places.data_dir / "feed.jsonl"
    place.copy_database(STORED, "bench_empty")
    place.manage("load_program", str(program), database=STORED)
    berka.write(folder, feed, events)
    place.settle_down()
    live = events_by_file.import_feed(place, feed, events, STORED)
    place.settle_down()
    rates, memory = [], []
    for _number in range(1 if quick else 3):
        seconds, held = _backtest(place, str(program))
        rates.append(events / seconds)
        memory.append(held)
        print(f"{NAME}: {rates[-1]:,.0f} of {live.rate:,.0f} events/s", flush=True)
    place.drop_database(STORED)
    figure, limit = of_runs([(rate, live.rate) for rate in rates])
    at_most: dict[str, tuple[float, float]] = {
        "peak MiB": (max(max(one) for one in memory), MOST_MIB)
    }
    grown = events_by_file.growth(memory[0])
    facts: dict[str, object] = {"events": events, "runs": [round(rate) for rate in rates]}
    if quick:  # a short run is over while its processes still begin: told, and not judged
        facts["growth MiB"] = round(grown)
    else:
        at_most["growth MiB"] = (grown, MOST_GROWTH_MIB)
    return Result(
        NAME,
        "events/s",
        figure,
        limit,
        TARGET,
        at_most=at_most,
        facts=facts,
    )


def _backtest(place: Place, program: str) -> tuple[float, list[float]]:
    """Seconds that a back-test takes by its own clock, and the MiB that it held over time."""
    found, memory = events_by_file.watched(place, STORED, "backtest", program, "--json")
    # What is live and what is tried are the same program: nobody may gain or lose by it.
    if found["winners"]["customers"] or found["losers"]["customers"] or not found["events"]:
        raise SystemExit(f"backtest: not what was settled live: {found['winners']}")
    return found["seconds"], memory
