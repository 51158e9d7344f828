from rich.console import Console

from worker.render.tables import Packed, plain_table


def lines(width: int, *pieces: str) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(Packed(pieces))
    return capture.get().splitlines()


def test_pieces_stand_side_by_side_while_they_fit() -> None:
    assert lines(20, "một +1", "hai +2", "ba +3") == ["một +1; hai +2;", "ba +3"]


def test_a_piece_that_just_fits_with_its_separator_is_not_broken() -> None:
    assert lines(7, "một +1", "hai +2") == ["một +1;", "hai +2"]


def test_nothing_takes_an_empty_line() -> None:
    assert [line.strip() for line in lines(20)] == [""]


def test_numbers_stand_on_the_right() -> None:
    table = plain_table("Bảng", ["Tên", "Số"], numbers=[1])
    assert [column.justify for column in table.columns] == ["left", "right"]
