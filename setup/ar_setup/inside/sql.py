"""Runs one SQL statement: ``python sql.py DATABASE STATEMENT``; rows one a line."""

from __future__ import annotations

import sys

import psycopg2


def main(database: str, statement: str) -> None:
    """Print the rows of a statement, outside of any transaction."""
    link = psycopg2.connect(dbname=database)
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(statement)
        for row in cursor.fetchall() if cursor.description else ():
            sys.stdout.write(f"{' '.join(map(str, row))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
