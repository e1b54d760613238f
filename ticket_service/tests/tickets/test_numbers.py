"""Ticket numbers."""

import re

import pytest
from django.db import IntegrityError

from tests import factories
from tickets.models import Ticket
from tickets.numbers import new_number, read_number
from tickets.services import submit


def test_numbers_are_made_of_crockfords_characters_and_do_not_repeat():
    made = {new_number() for _ in range(5000)}
    assert len(made) == 5000
    assert all(re.fullmatch(r"TTS-[0-9ABCDEFGHJKMNPQRSTVWXYZ]{8}", number) for number in made)


@pytest.mark.parametrize("typed", ["TTS-7K3M9QXD", "tts-7k3m9qxd", " TTS-7k3m9QXD ", "tts7k3m9qxd", "TTS 7K3M9QXD"])
def test_a_number_is_understood_however_it_is_typed(typed):
    assert read_number(typed) == "TTS-7K3M9QXD"


def test_look_alikes_are_forgiven():
    assert read_number("TTS-OIL00000") == "TTS-01100000"


@pytest.mark.parametrize(
    "typed", ["", "TTS-", "7K3M9QXD", "password", "TTS-7K3M9QX", "TTS-7K3M9QXDD", "TTS-7K3M9QXU", "printer!", "TTS-7K3M9QX\x00"]
)
def test_what_is_no_number_is_none(typed):
    assert read_number(typed) is None


def test_a_number_that_is_taken_is_drawn_again(monkeypatch, seeded):
    first = factories.new_ticket()
    draws = iter([first.number, first.number, "TTS-00000001"])
    monkeypatch.setattr(submit, "new_number", lambda: next(draws))
    assert factories.new_ticket().number == "TTS-00000001"
    assert Ticket.objects.count() == 2


def test_a_source_of_numbers_that_never_moves_is_given_up_after_five_draws(monkeypatch, seeded):
    first = factories.new_ticket()
    monkeypatch.setattr(submit, "new_number", lambda: first.number)
    with pytest.raises(IntegrityError):
        factories.new_ticket()
    assert Ticket.objects.count() == 1
