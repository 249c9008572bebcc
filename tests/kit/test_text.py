"""Tables that a spreadsheet opens."""

import csv
import io

from app.kit.text import write_csv


def test_no_cell_of_a_table_is_run() -> None:
    typed = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "1 = 1", "", 'a "b", c\nd']
    table = write_csv(["what"], [[cell] for cell in typed])
    assert table.startswith(b"what\r\n'=1+1\r\n")
    head, *rows = csv.reader(io.StringIO(table.decode(), newline=""))
    assert [cell for (cell,) in rows] == [*(f"'{cell}" for cell in typed[:6]), *typed[6:]]
    assert head == ["what"]
