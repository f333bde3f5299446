"""A list as a file, row by row, so that a large one takes no more memory than a small one."""

from __future__ import annotations

from enum import StrEnum

from coalition_bot.command import File, Refusal
from coalition_bot.context import Context
from coalition_bot.features.signups.listing import Listing
from coalition_bot.sheets import CSV, XLSX, XLSX_ROWS, csv_file, xlsx_file
from coalition_bot.words import _

STEM = "sign-ups"


class Format(StrEnum):
    """What a spreadsheet opens."""

    CSV = "csv"
    XLSX = "xlsx"


def file_of(ctx: Context, listing: Listing, count: int, wanted: str) -> File:
    """The whole list as a file, of which `count` rows are expected. Raises Refusal for more than Excel takes."""
    if wanted == Format.XLSX:
        if count >= XLSX_ROWS:
            raise Refusal(_("Excel takes no more than {most} rows. Please ask for CSV.").format(most=XLSX_ROWS - 1))
        return File(f"{STEM}.xlsx", XLSX, make=lambda: xlsx_file(listing.file_columns, listing.all(ctx)))
    return File(f"{STEM}.csv", CSV, make=lambda: csv_file(listing.file_columns, listing.all(ctx)))
