"""What makes a form sound: checked when somebody draws one, so that no requester meets a question he cannot answer. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

from forms.schema import Form, FormField, all_fields

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_FIELDS = 60
MOST_OPTIONS = 500
DATES = ("date", "datetime")
AMOUNTS = ("money", "number")


def form_problems(form: Form) -> dict[str, list[str]]:
    """What is wrong with each field, by its key; empty for a sound form."""
    found: dict[str, list[str]] = {}
    for key, problem in _problems(form):
        found.setdefault(key, []).append(problem)
    return found


def _problems(form: Form) -> Iterator[tuple[str, str]]:
    if len(list(all_fields(form))) > MOST_FIELDS:
        yield "fields", f"A form has at most {MOST_FIELDS} fields."
    yield from _siblings(form)
    for position, field in enumerate(form):
        earlier = {other.key: other for other in form[:position]}
        yield from ((field.key, problem) for problem in _field_problems(field, earlier, form))
        if field.columns:
            yield from _columns(field, earlier)


def _siblings(fields: Form) -> Iterator[tuple[str, str]]:
    for key, times in Counter(field.key for field in fields).items():
        if times > 1:
            yield key, "Two fields have this key."
        if not KEY.fullmatch(key):
            yield key, "A key is made of a-z, 0-9 and _, and starts with a letter."


def _columns(lines: FormField, earlier: dict[str, FormField]) -> Iterator[tuple[str, str]]:
    yield from ((f"{lines.key}.{key}", problem) for key, problem in _siblings(lines.columns))
    for position, column in enumerate(lines.columns):
        known = earlier | {other.key: other for other in lines.columns[:position]}
        problems = [*_field_problems(column, known, ())]
        if column.type == "lines" or column.computed:
            problems.append("A column cannot have columns or be computed.")
        yield from ((f"{lines.key}.{column.key}", problem) for problem in problems)


def _field_problems(field: FormField, earlier: dict[str, FormField], form: Form) -> Iterator[str]:
    if bool(field.columns) != (field.type == "lines"):
        yield "Columns belong to lines, and lines need some."
    yield from _choice_problems(field, earlier)
    yield from _date_problems(field, earlier)
    if field.autofill and getattr(earlier.get(field.autofill.source), "type", "") != "choice":
        yield "It can only be filled in from a choice above it."
    if field.autofill and field.type != "text":
        yield "Only a text can be filled in."
    if field.computed:
        yield from _computed_problems(field, form)


def _choice_problems(field: FormField, earlier: dict[str, FormField]) -> Iterator[str]:
    if field.type != "choice":
        if field.options or field.other_allowed or field.depends_on:
            yield "Only a choice has options."
        return
    if not field.options:
        yield "A choice needs options."
    if len(field.options) > MOST_OPTIONS:
        yield f"A choice has at most {MOST_OPTIONS} options."
    if any(times > 1 for times in Counter((option.value, option.depends_value) for option in field.options).values()):
        yield "Two options have the same value."
    if any(not option.value.strip() or not option.label.strip() for option in field.options):
        yield "An option needs a value and a label."
    yield from _dependence_problems(field, earlier)


def _dependence_problems(field: FormField, earlier: dict[str, FormField]) -> Iterator[str]:
    if not field.depends_on:
        if any(option.depends_value for option in field.options):
            yield "Options depend on a value, but the field on no other."
        return
    parent = earlier.get(field.depends_on)
    if parent is None or parent.type != "choice":
        yield "It can only depend on a choice above it."
        return
    possible = {option.value for option in parent.options}
    offered = {option.depends_value for option in field.options}
    if offered - possible:
        yield "Some options depend on a value that cannot be chosen."
    if field.required and not field.other_allowed and (possible - offered or parent.other_allowed):
        yield "It is required, but some values above leave nothing to choose."


def _date_problems(field: FormField, earlier: dict[str, FormField]) -> Iterator[str]:
    if field.min_today and field.type not in DATES:
        yield "Only a date can be kept from the past."
    if field.after and (field.type not in DATES or getattr(earlier.get(field.after), "type", "") != field.type):
        yield "It can only follow a date of the same type above it."


def _computed_problems(field: FormField, form: Form) -> Iterator[str]:
    lines, column = field.sum_of
    columns = {(other.key, inner.key): inner for other in form for inner in other.columns}
    if not field.computed.startswith("sum:") or (lines, column) not in columns:
        yield "It is computed as sum:<lines>.<column>."
        return
    if field.type not in AMOUNTS or columns[lines, column].type != field.type:
        yield "A sum and what it adds up are of one type, money or number."
