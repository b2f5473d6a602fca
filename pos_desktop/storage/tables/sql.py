"""Constant statements over our own tables."""

from sqlalchemy import Table


def column_names(table: Table, *without: str) -> tuple[str, ...]:
    """The columns of a table in order, without those named."""
    return tuple(column.name for column in table.columns if column.name not in without)


# The names below are those of our own tables; values always travel as parameters.


def insert_sql(table: Table, names: tuple[str, ...], conflict: str = "") -> str:
    """``INSERT`` of these columns with positional parameters; ``conflict`` is the ending clause."""
    listed = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({listed}) VALUES ({marks}) {conflict}".rstrip()  # noqa: S608 - see above


def update_sql(table: Table, names: tuple[str, ...], rest: str) -> str:
    """``UPDATE`` of these columns with positional parameters; ``rest`` begins with WHERE."""
    listed = ", ".join(f'"{name}" = ?' for name in names)
    return f"UPDATE {table.name} SET {listed} {rest}"  # noqa: S608 - see above


def select_sql(table: Table, names: tuple[str, ...], rest: str = "") -> str:
    """``SELECT`` of these columns; ``rest`` begins with WHERE or ORDER BY."""
    listed = ", ".join(f'"{name}"' for name in names)
    return f"SELECT {listed} FROM {table.name} {rest}".rstrip()  # noqa: S608 - see above
