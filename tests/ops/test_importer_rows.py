"""Reading the file: every row is either sent as it is meant, or named with its reason."""

import io
from pathlib import Path

import pytest

from ops.importer.rows import BadRow, ImportRow, NotATicketFile, chunked, read_rows, subject_of

HEADER = "title,body,ticket_type,category,sub_category1,sub_category2,business_service,urgency,impact\r\n"


def rows_of(*lines: str) -> list[ImportRow | BadRow]:
    return list(read_rows(io.StringIO(HEADER + "".join(line + "\r\n" for line in lines), newline=""), "it-support"))


def test_a_row_becomes_what_the_api_takes() -> None:
    (row,) = rows_of("mail,please look,1,4,3,7,89,3,4")
    assert isinstance(row, ImportRow)
    assert row.position == 1
    assert row.as_json() == {
        "external_id": row.external_id,
        "subject": "mail",
        "description": "please look",
        "category": "it-support",
        "urgency": 3,
        "impact": 4,
    }


def test_an_empty_title_is_replaced_by_the_first_words_of_the_body() -> None:
    body = "hi since recruiter lead permission approve requisitions makes please make thanks recruiter today"
    (row,) = rows_of(f",{body},1,4,2,21,71,3,4")
    assert isinstance(row, ImportRow)
    assert row.subject == "hi since recruiter lead permission approve requisitions makes please make…"
    assert row.description == body


def test_a_title_of_201_characters_is_cut_at_a_word_to_at_most_200() -> None:
    assert subject_of("word " * 40 + "x", "") == ("word " * 39).strip() + "…"
    assert subject_of("x" * 200, "") == "x" * 200
    assert len(subject_of("x" * 201, "")) == 200


def test_line_ends_and_odd_characters_in_cells_are_kept_in_the_body_and_joined_in_the_title() -> None:
    (row,) = rows_of('"two\nlines","first\r\nsecond 😀 ünï, ""quoted"" =1+1",1,4,2,21,71,3,4')
    assert isinstance(row, ImportRow)
    assert row.subject == "two lines"
    assert row.description == 'first\r\nsecond 😀 ünï, "quoted" =1+1'


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        ("only,three,cells", "", "3 cells where the header has 9"),
        ("a,b,1,4,2,21,71,high,4", "urgency", "is not a whole number: 'high'"),
        ("a,b,1,4,2,21,71,3,-1", "impact", "is not a whole number: '-1'"),
        (" , ,1,4,2,21,71,3,4", "title", "title and body are both empty"),
        (f"a,{'b' * 20_001},1,4,2,21,71,3,4", "body", "has 20001 characters, 20000 are allowed"),
        ("nul\x00,b,1,4,2,21,71,3,4", "title", "is not UTF-8 text"),
        ("a,broken \udcff,1,4,2,21,71,3,4", "body", "is not UTF-8 text"),
    ],
)
def test_a_bad_row_is_named_and_the_next_one_still_comes(line: str, field: str, message: str) -> None:
    bad, good = rows_of(line, "next,body,1,4,2,21,71,3,4")
    assert isinstance(bad, BadRow)
    assert (bad.position, bad.field, bad.message) == (1, field, message)
    assert isinstance(good, ImportRow)
    assert (good.position, good.subject) == (2, "next")


def test_twins_get_ids_of_their_own_and_the_same_ones_next_time_wherever_they_stand() -> None:
    twin, other = "mail,please,1,4,3,7,89,3,4", "vpn,help,1,4,3,7,89,3,4"
    first = [row.external_id for row in rows_of(twin, other, twin)]
    again = [row.external_id for row in rows_of(other, twin, twin)]
    assert len(set(first)) == 3
    assert first[2] == f"{first[0]}-2"
    assert sorted(again) == sorted(first)


def test_a_file_without_the_columns_is_refused_by_name() -> None:
    with pytest.raises(NotATicketFile, match="the header lacks: body, impact"):
        list(read_rows(io.StringIO("title,urgency\nx,1\n"), "it-support"))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(NotATicketFile):
        list(read_rows(io.StringIO(""), "it-support"))


def test_chunks_hold_every_row_once_and_in_order() -> None:
    rows = rows_of(*(f"t{number},b,1,4,2,21,71,3,4" for number in range(7)))
    assert [len(chunk) for chunk in chunked(rows, 3)] == [3, 3, 1]
    assert [row for chunk in chunked(rows, 3) for row in chunk] == rows


def test_the_file_is_read_as_a_stream() -> None:
    def endless():  # type: ignore[no-untyped-def]
        yield HEADER
        while True:
            yield "mail,please,1,4,3,7,89,3,4\r\n"

    stream = read_rows(endless(), "it-support")
    assert [next(stream).position for _ in range(3)] == [1, 2, 3]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    from ops.importer.run import count_rows

    file = tmp_path / "bom.csv"
    file.write_text("\ufeff" + HEADER + "mail,please,1,4,3,7,89,3,4\r\n", encoding="utf-8")
    assert count_rows(file) == 1
