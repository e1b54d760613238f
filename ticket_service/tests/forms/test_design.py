"""Forms that nobody should be asked to fill in."""

from typing import Any

import pytest

from forms.defaults import CATEGORIES
from forms.design import form_problems
from forms.schema import Autofill, FormField, Option, read_form, write_form

A, B = Option(value="a", label="A"), Option(value="b", label="B")


def a_field(key: str = "x", type: Any = "text", **changes: Any) -> FormField:
    return FormField(**{"key": key, "label": key.upper(), "type": type, **changes})


CHOICE = a_field("c", "choice", options=(A, B))
BELOW_A, BELOW_Z = (Option(value="1", label="1", depends_value=parent) for parent in "az")
NOTHING_LEFT = "It is required, but some values above leave nothing to choose."
NO_PARENT = "Options depend on a value, but the field on no other."
WRONG_PARENT = "Some options depend on a value that cannot be chosen."
NESTED = a_field("m", "lines", columns=(a_field("n"),))
LINES = a_field("l", "lines", columns=(a_field("cost", "money"), a_field("note")))


@pytest.mark.parametrize("slug", CATEGORIES)
def test_the_default_forms_are_sound_and_survive_storage(slug):
    form = CATEGORIES[slug].form
    assert form_problems(form) == {}
    assert read_form(write_form(form)) == form


@pytest.mark.parametrize(
    ("form", "key", "problem"),
    [
        ((a_field("x"), a_field("x")), "x", "Two fields have this key."),
        ((a_field("X"),), "X", "A key is made of a-z, 0-9 and _, and starts with a letter."),
        ((a_field("x", "choice"),), "x", "A choice needs options."),
        ((a_field("x", "choice", options=(A, A)),), "x", "Two options have the same value."),
        ((a_field("x", "choice", options=(Option(value=" ", label="A"),)),), "x", "An option needs a value and a label."),
        ((a_field("x", options=(A,)),), "x", "Only a choice has options."),
        ((a_field("x", "choice", options=(A,), depends_on="c"), CHOICE), "x", "It can only depend on a choice above it."),
        ((CHOICE, a_field("x", "choice", options=(BELOW_Z,), depends_on="c")), "x", WRONG_PARENT),
        ((CHOICE, a_field("x", "choice", required=True, options=(BELOW_A,), depends_on="c")), "x", NOTHING_LEFT),
        ((a_field("x", "choice", options=(BELOW_A,)),), "x", NO_PARENT),
        ((a_field("x", min_today=True),), "x", "Only a date can be kept from the past."),
        ((a_field("x", "date", after="y"), a_field("y", "date")), "x", "It can only follow a date of the same type above it."),
        ((a_field("x", autofill=Autofill(source="c", values={})),), "x", "It can only be filled in from a choice above it."),
        ((CHOICE, a_field("x", "date", autofill=Autofill(source="c", values={}))), "x", "Only a text can be filled in."),
        ((LINES, a_field("x", "money", computed="sum:l.colour")), "x", "It is computed as sum:<lines>.<column>."),
        ((LINES, a_field("x", "number", computed="sum:l.cost")), "x", "A sum and what it adds up are of one type, money or number."),
        ((a_field("x", "lines"),), "x", "Columns belong to lines, and lines need some."),
        ((a_field("l", "lines", columns=(NESTED,)),), "l.m", "A column cannot have columns or be computed."),
        (tuple(a_field(f"x{number}") for number in range(61)), "fields", "A form has at most 60 fields."),
    ],
)  # fmt: skip
def test_an_unsound_form_is_refused_with_the_field_and_the_reason(form, key, problem):
    assert problem in form_problems(form)[key]
