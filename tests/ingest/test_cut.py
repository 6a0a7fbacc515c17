from pathlib import Path

from retention.ingest import records
from retention.ingest.cut import cut
from retention.ingest.dialect import Dialect


def lines_of(text):
    return text.splitlines(keepends=True)


def test_a_cell_may_hold_line_breaks():
    assert list(cut(lines_of('1,"a\n\nb",2\n3,c,4\n'), ",", 3)) == [(1, 3, '1,"a\n\nb",2', 3), (4, 4, "3,c,4", 3)]


def test_an_open_quotation_mark_costs_its_own_line():
    found = list(cut(lines_of('1,"a,b,2\n3,c,d,4\n\n5,"e",f,6\n'), ",", 4))
    assert found == [(1, 1, '1,"a,b,2', 0), (2, 2, "3,c,d,4", 4), (4, 4, '5,"e",f,6', 4)]


def test_a_quotation_mark_open_to_the_end():
    assert [cells for *_, cells in cut(lines_of('1,a,b\n2,"c,d\n3,e,f\n'), ",", 3)] == [3, 0, 3]


def dialect_of(path, text, width):
    Path(path).write_text(text, encoding="utf-8")
    return Dialect(Path(path), ",", 1, tuple(f"column {n}" for n in range(width)), ())


def test_records_name_their_line_and_what_is_wrong(tmp_path):
    text = 'h,h,h,h\n1,"x\ny",2,3\n\n4,5\n6,7,8,9,10\n11,"12,13,14\n15,"16"x,17,18\n19,20,21,22'
    found = list(records.records(dialect_of(tmp_path / "a.csv", text, 4)))
    assert [(record.line, record.reason) for record in found] == [
        (2, ""),
        (5, records.TOO_FEW),
        (6, records.TOO_MANY),
        (7, records.NOT_CLOSED),
        (8, records.INSIDE),
        (9, ""),
    ]


def test_flatten_keeps_one_record_a_line(tmp_path):
    dialect = dialect_of(tmp_path / "a.csv", 'h,h,h\n1,"x\ny",2\n3,"4,5\n6,7,8\n', 3)
    flat = records.flatten(dialect, tmp_path / "flat.csv")
    assert flat.dialect.path.read_text(encoding="utf-8") == '1,"x y",2\n6,7,8\n'
    assert (list(flat.starts), flat.broken) == ([2, 5], ((4, records.NOT_CLOSED),))


def test_texts_of_chosen_lines(tmp_path):
    dialect = dialect_of(tmp_path / "a.csv", 'h,h\n1,"x\ny"\n2,z\n', 2)
    assert records.texts(dialect, {2, 4}, one_line_each=False) == {2: '1,"x\ny"', 4: "2,z"}


def test_a_cell_longer_than_the_library_s_own_limit():
    assert [cells for *_, cells in cut([f"1,{'x' * 200_000},2\n", f'1,"{"x" * 200_000}",2\n'], ",", 3)] == [3, 3]


def test_a_closing_quotation_mark_is_not_looked_for_without_end():
    long = 'x""' * 300_000 + "\n"
    assert [cells for *_, cells in cut(['1,"a\n', *[long] * 12, "1,2\n"], ",", 2)] == [0, *[1] * 12, 2]
