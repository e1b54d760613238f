"""Answers held against forms: pure, so without a database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.defaults import ASSETS, CATEGORIES
from forms.schema import Form, FormField, Option
from forms.validation import InvalidValues, clean_values

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
IT = CATEGORIES["it-support"].form
CHECK_IN = CATEGORIES["asset-check-in"].form
CHECK_OUT = CATEGORIES["asset-check-out"].form
BUDGET = CATEGORIES["new-budget-proposal"].form
GOOD_BUDGET = {
    "kind": "opex",
    "lines": [{"cost_element": "training", "cost": "10.10"}, {"cost_element": "supplies", "cost": "0.20", "note": "Paper"}],
    "performance_start": "2027-01-01",
    "performance_end": "2027-01-01",
    "prepared_by": "Bea Budget",
}
GOOD_CHECK_IN = {"product_type": "laptop", "asset": "LT-002", "location": "remote", "issue_type": "Smells of smoke"}


def refused(form: Form, values: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(InvalidValues) as caught:
        clean_values(form, values, now=NOW)
    return caught.value.errors


def test_a_required_field_that_is_missing_or_blank_is_named():
    assert refused(IT, {}) == {"device_type": ["This field is required."]}
    assert refused(IT, {"device_type": "  "}) == {"device_type": ["This field is required."]}


def test_unknown_keys_are_refused_by_name():
    assert refused(IT, {"device_type": "laptop", "priority": "critical"}) == {"priority": ["Unknown field."]}


def test_a_choice_with_other_takes_an_option_or_any_text():
    assert clean_values(IT, {"device_type": "laptop"}, now=NOW) == {"device_type": "laptop"}
    assert clean_values(IT, {"device_type": " Plotter "}, now=NOW) == {"device_type": "Plotter"}


def test_a_choice_without_other_takes_its_options_only():
    assert refused(CHECK_IN, GOOD_CHECK_IN | {"location": "the moon"}) == {"location": ["This is none of the choices."]}


def test_an_asset_must_be_of_the_chosen_type_and_brings_its_serial_number():
    assert clean_values(CHECK_IN, GOOD_CHECK_IN, now=NOW) == GOOD_CHECK_IN | {"serial_number": "PF-3N8R2C"}
    assert refused(CHECK_IN, GOOD_CHECK_IN | {"product_type": "mouse"}) == {"asset": ["This is none of the choices."]}


def test_a_dependent_choice_waits_for_the_one_above_it():
    values = {key: value for key, value in GOOD_CHECK_IN.items() if key != "product_type"}
    assert refused(CHECK_IN, values) == {"product_type": ["This field is required."], "asset": ["Choose product_type first."]}


def test_a_serial_number_that_is_not_the_assets_is_refused():
    assert clean_values(CHECK_IN, GOOD_CHECK_IN | {"serial_number": "PF-3N8R2C"}, now=NOW)["serial_number"] == "PF-3N8R2C"
    assert refused(CHECK_IN, GOOD_CHECK_IN | {"serial_number": "FAKE"}) == {"serial_number": ["The server fills this in: it is PF-3N8R2C."]}


@pytest.mark.parametrize("tag", ASSETS)
def test_every_asset_of_the_default_list_fills_in_its_serial_number(tag):
    product, _, serial = ASSETS[tag]
    assert clean_values(CHECK_IN, GOOD_CHECK_IN | {"product_type": product, "asset": tag}, now=NOW)["serial_number"] == serial


def test_a_date_may_be_today_but_not_yesterday():
    values = {"product_type": "mouse", "asset": "MS-001", "location": "remote"}
    assert clean_values(CHECK_OUT, values | {"expected_return": "2026-11-21"}, now=NOW)["expected_return"] == "2026-11-21"
    assert refused(CHECK_OUT, values | {"expected_return": "2026-11-20"}) == {"expected_return": ["This date is in the past."]}


def test_today_is_the_day_that_still_lasts_somewhere_on_earth():
    values = {"product_type": "mouse", "asset": "MS-001", "location": "remote", "expected_return": "2026-11-20"}
    morning = datetime(2026, 11, 21, 11, 59, tzinfo=UTC)
    assert clean_values(CHECK_OUT, values, now=morning)["expected_return"] == "2026-11-20"


def test_a_wished_time_needs_its_offset_and_is_kept_in_utc():
    values = {"device_type": "laptop", "wished_at": "2026-11-22T09:30:00+08:00"}
    assert clean_values(IT, values, now=NOW)["wished_at"] == "2026-11-22T01:30:00Z"
    assert list(refused(IT, values | {"wished_at": "2026-11-22T09:30:00"})) == ["wished_at"]
    assert refused(IT, values | {"wished_at": "2026-11-20T09:30:00Z"}) == {"wished_at": ["This date is in the past."]}


@pytest.mark.parametrize("value", ["tomorrow", "2026-13-01", 20261201, ["2026-12-01"], "0001-01-01T00:00:00+14:00"])
def test_what_is_no_date_is_refused(value):
    assert list(refused(CHECK_OUT, {"product_type": "mouse", "asset": "MS-001", "location": "remote", "expected_return": value})) == [
        "expected_return"
    ]


def test_the_end_may_be_the_start_but_not_before_it():
    assert clean_values(BUDGET, GOOD_BUDGET, now=NOW)["performance_end"] == "2027-01-01"
    assert refused(BUDGET, GOOD_BUDGET | {"performance_end": "2026-12-31"}) == {"performance_end": ["This date lies before the start."]}


def test_the_total_of_a_budget_is_exact():
    clean = clean_values(BUDGET, GOOD_BUDGET, now=NOW)
    assert clean["total"] == "10.30"  # in binary floating point it is 10.299999999999999
    assert clean["lines"] == [{"cost_element": "training", "cost": "10.10"}, {"cost_element": "supplies", "cost": "0.20", "note": "Paper"}]


def test_a_total_that_is_wrong_is_refused_and_a_right_one_accepted():
    assert clean_values(BUDGET, GOOD_BUDGET | {"total": 10.3}, now=NOW)["total"] == "10.30"
    assert refused(BUDGET, GOOD_BUDGET | {"total": "0.01"}) == {"total": ["The server fills this in: it is 10.30."]}


def test_errors_in_lines_are_named_by_row_and_column():
    lines = [{"cost_element": "training", "cost": "-1"}, {"cost_element": "travel", "cost": "x"}, {"cost": "1.005", "colour": "red"}]
    assert refused(BUDGET, GOOD_BUDGET | {"lines": lines}) == {
        "lines.0.cost": ["This must lie between 0 and 999999999999.99."],
        "lines.1.cost_element": ["This is none of the choices."],
        "lines.1.cost": ["This must be an amount of money."],
        "lines.2.colour": ["Unknown field."],
        "lines.2.cost_element": ["This field is required."],
        "lines.2.cost": ["At most two decimals."],
    }


@pytest.mark.parametrize("value", ["a", {"0": {}}, [1], 7])
def test_lines_that_are_no_list_of_objects_are_refused(value):
    assert refused(BUDGET, GOOD_BUDGET | {"lines": value}) == {"lines": ["This must be a list of lines."]}


def test_there_is_a_limit_to_the_lines():
    lines = [{"cost_element": "training", "cost": 1}] * 51
    assert refused(BUDGET, GOOD_BUDGET | {"lines": lines}) == {"lines": ["At most 50 lines."]}


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b", "\x1bc", "a\x7f"])
def test_characters_that_cannot_be_stored_are_refused(value):
    assert refused(IT, {"device_type": value}) == {"device_type": ["This contains characters that cannot be stored."]}


def test_too_long_texts_are_refused():
    assert refused(IT, {"device_type": "x" * 201}) == {"device_type": ["At most 200 characters."]}
    assert refused(IT, {"device_type": "laptop", "schedule_note": "x" * 5001}) == {"schedule_note": ["At most 5000 characters."]}


@pytest.mark.parametrize("value", [True, "3", float("nan"), float("inf"), 10**13, [3]])
def test_what_is_no_usable_number_is_refused(value):
    form = (FormField(key="seats", label="Seats", type="number"),)
    assert list(refused(form, {"seats": value})) == ["seats"]
    assert clean_values(form, {"seats": 3.0}, now=NOW) == {"seats": 3}


@given(amounts=st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=1, max_size=50))
def test_a_total_is_the_sum_of_its_lines_to_the_cent(amounts):
    lines = [{"cost_element": "training", "cost": str(amount)} for amount in amounts]
    assert Decimal(clean_values(BUDGET, GOOD_BUDGET | {"lines": lines}, now=NOW)["total"]) == sum(amounts)


SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8
)
KEYS = sorted({field.key for draft in CATEGORIES.values() for field in draft.form})


@given(slug=st.sampled_from(sorted(CATEGORIES)), values=st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), JSON, max_size=8))
def test_whatever_is_sent_is_cleaned_or_refused_and_cleaning_twice_changes_nothing(slug, values):
    form = CATEGORIES[slug].form
    try:
        clean = clean_values(form, values, now=NOW)
    except InvalidValues:
        return
    assert set(clean) <= {field.key for field in form}
    assert clean_values(form, clean, now=NOW) == clean


def test_a_dependent_choice_with_other_takes_free_text_below_free_text():
    form = (
        FormField(key="type", label="Type", type="choice", other_allowed=True, options=(Option(value="a", label="A"),)),
        FormField(key="model", label="Model", type="choice", depends_on="type", other_allowed=True,
                  options=(Option(value="a1", label="A1", depends_value="a"),)),
    )  # fmt: skip
    assert clean_values(form, {"type": "else", "model": "mine"}, now=NOW) == {"type": "else", "model": "mine"}
