"""``.env.production`` is read as Compose reads it, and refused where the two could differ."""

import pytest

from production import dotenv


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("export A=1", "1"),
        ("A = 1", "1"),
        ("A=", ""),
        ("A=a b # why", "a b"),
        ("A=a#b", "a#b"),
        ("A=#b", ""),
        ("A='a $b # c'", "a $b # c"),
        ('A="a b" # why', "a b"),
        ("A=x=y", "x=y"),
    ],
)
def test_a_line_is_read(line, value):
    assert dotenv.parse(line) == dotenv.Variables({"A": value}, [])


def test_comments_and_empty_lines_say_nothing():
    assert dotenv.parse("# A=1\n\n  # B=2\nC=3\n") == dotenv.Variables({"C": "3"}, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nonsense", "line 1 is not NAME=value"),
        ("A=1\n=2", "line 2 is not NAME=value"),
        ("A-B=1", "line 1 is not NAME=value"),
        ("A='open", "line 1: A has a quote that is not closed"),
        ("A=pa$$word", "line 1: A holds $, which Compose would replace: put the value in single quotes"),
        ('A="pa$word"', "line 1: A holds $ or \\ in double quotes, which Compose would replace: use single quotes"),
        ('A="a\\nb"', "line 1: A holds $ or \\ in double quotes, which Compose would replace: use single quotes"),
    ],
)
def test_a_line_that_cannot_be_read_with_certainty_gives_no_value(text, fault):
    read = dotenv.parse(text)
    assert (read.faults, read.values.get("A")) == ([fault], "1" if text.startswith("A=1\n") else None)


def test_a_name_set_twice_is_told():
    assert dotenv.parse("A=1\nA=2").faults == ["line 2: A is set a second time; keep one of the lines"]


class TestFilling:
    def test_values_take_their_places_and_comments_stay(self):
        assert dotenv.fill("# what A is\nA=1\n#B=\nC=3\n", {"A": "x y", "B": "2"}) == "# what A is\nA='x y'\nB=2\nC=3\n"

    def test_a_name_that_the_template_does_not_know_comes_last(self):
        assert dotenv.fill("A=1\n", {"Z": "9"}) == "A=1\nZ=9\n"

    def test_what_was_filled_in_is_read_back(self):
        values = {"A": "Tickets <a@b.org>", "B": "$x", "C": "", "D": "a,b/c:d@e"}
        assert dotenv.parse(dotenv.fill("", values)) == dotenv.Variables(values, [])

    @pytest.mark.parametrize("value", ["it's", "two\nlines"])
    def test_what_no_quoting_can_carry_is_refused(self, value):
        with pytest.raises(ValueError, match="a value can hold neither a single quote nor a line break"):
            dotenv.quoted(value)
