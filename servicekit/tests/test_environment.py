"""A start with a bad environment stops and names all that is wrong."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from servicekit.environment import Environment

STRONG = "kD8fJ2nQ7xW5zR1vB9mT4hL6cY3gP0sAeUiOqNjXwEtZrVbM"


def test_all_problems_are_named_at_once():
    env = Environment({"SHORT": "abc", "PLACE": "change-me-change-me-change-me-1234567890"})
    env.required("ABSENT")
    env.secret("SHORT")
    env.secret("PLACE")
    with pytest.raises(ImproperlyConfigured) as stopped:
        env.stop_on_problems()
    assert str(stopped.value).splitlines()[1:] == [
        "  - ABSENT is missing",
        "  - SHORT is weak: give it at least 32 random characters",
        "  - PLACE is weak: it looks like a placeholder",
    ]


def test_a_strong_secret_is_no_problem():
    env = Environment({"KEY": STRONG})
    assert env.secret("KEY") == STRONG
    assert env.problems == []


def test_a_secret_file_wins_over_the_variable_and_loses_its_trailing_newline(tmp_path: Path):
    (tmp_path / "key").write_text(STRONG + "\n")
    env = Environment({"KEY": "other", "KEY_FILE": str(tmp_path / "key")})
    assert env.text("KEY") == STRONG


def test_an_unreadable_secret_file_is_a_problem(tmp_path: Path):
    env = Environment({"KEY_FILE": str(tmp_path / "none")})
    env.text("KEY")
    assert env.problems == [f"KEY_FILE: cannot read {tmp_path / 'none'} (No such file or directory)"]


@pytest.mark.parametrize("url", ["postgres://u:short@db/x", "amqp://guest:guest@mq//", "postgres://u@db/x"])
def test_a_default_or_short_password_in_a_url_is_a_problem_in_production(url: str):
    env = Environment({"URL": url})
    env.url("URL", production=True)
    assert env.problems == ["URL is weak: its password has fewer than 12 characters or is a default one"]


def test_the_same_url_is_good_enough_for_development():
    env = Environment({"URL": "amqp://guest:guest@mq//"})
    env.url("URL", production=False)
    assert env.problems == []
