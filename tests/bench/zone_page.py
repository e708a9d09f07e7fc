"""A zone's page, warm, for customers who are signed in."""

from itertools import cycle

import psycopg

from tests.bench import bare, web
from tests.bench.http_events import session
from tests.bench.place import Place
from tests.bench.report import Result, of_runs

NAME = "zone_page"
TARGET = 0.50
MOST_QUERIES = 12
SLUG = "payroll"
DEMO_CUSTOMERS = 60
SESSIONS = 16


def run(place: Place, *, quick: bool) -> Result:
    """Turns of the bare view and of ours, on servers that run side by side."""
    runs, seconds = (1, 1.0) if quick else (3, 4.0)
    print("Loading the demo ...", flush=True)
    place.manage("load_demo", "--customers", str(DEMO_CUSTOMERS))
    _collect_static_files()
    with psycopg.connect(place.address()) as connection:
        connection.execute(bare.TABLES.encode())
    tokens = _sessions()
    queries = _queries_of_first_page(tokens[0])
    later = _queries_of_first_page(tokens[0])
    pages = cycle([_page(token) for token in tokens])
    rows = cycle([web.request("GET", f"/look-up/{n}") for n in range(bare.ACCOUNTS)])
    pairs, slowest = [], []
    with web.serving(place, web.BARE) as bare_port, web.serving(place, web.OURS) as port:
        headers = {"Cookie": f"zone={tokens[0]}", "Accept-Encoding": "gzip"}
        size = len(web.ask(port, "GET", f"/zones/{SLUG}/", headers))
        for turn in range(runs + 1):
            span = seconds if turn else 1.5  # the first turn warms up
            limit = web.load(bare_port, rows, seconds=span, status=200)
            ours = web.load(port, pages, seconds=span, status=200)
            if turn:
                pairs.append((ours.rate, limit.rate))
                slowest.append(ours.slowest_ms)
                print(f"{NAME}: {ours.rate:,.0f} of {limit.rate:,.0f} requests/s", flush=True)
    figure, limit_rate = of_runs(pairs)
    return Result(
        NAME,
        "requests/s",
        figure,
        limit_rate,
        TARGET,
        at_most={"queries of the first page": (queries, MOST_QUERIES)},
        facts={
            "p99_ms": round(min(slowest), 1),
            "page_bytes_gzipped": size,
            "queries_once_its_pictures_exist": later,
            "connections": web.CONNECTIONS,
            "runs": [[round(a), round(b)] for a, b in pairs],
        },
    )


def _collect_static_files() -> None:
    from config import static, translations

    translations.compile_all()
    static.collect()


def _sessions() -> list[str]:
    from growth.models import Customer

    refs = Customer.objects.filter(ref__startswith="demo-").order_by("ref")
    return [session(ref) for ref in refs.values_list("ref", flat=True)[:SESSIONS]]


def _queries_of_first_page(token: str) -> int:
    """With nothing cached; the first time also with pictures that nobody has cut to size yet."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from zones.cache import shells

    cache.clear()
    shells.drop()
    client = Client()
    client.cookies["zone"] = token
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/zones/{SLUG}/", headers={"Accept-Encoding": "gzip"})
    if answer.status_code != 200:
        raise SystemExit(f"/zones/{SLUG}/ answered {answer.status_code}")
    return len(captured)


def _page(token: str) -> bytes:
    headers = {
        "Cookie": f"zone={token}",
        "Accept": "text/html",
        "Accept-Encoding": "gzip, deflate, br",
        "Accept-Language": "en",
    }
    return web.request("GET", f"/zones/{SLUG}/", headers)
