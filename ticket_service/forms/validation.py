"""What somebody answered, held against the form. Pure: the form, the values and the time come in; clean values come out.

Clean values are JSON: text stripped; money as a string with two decimals, never a float; dates in ISO form; computed and
filled-in fields added. A choice with "other" allowed holds either the value of an option or the free text itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.schema import Form, FormField

TEXT_LENGTH = 200
TEXTAREA_LENGTH = 5_000
MOST_LINES = 50
MOST_MONEY = Decimal("999999999999.99")
MOST_NUMBER = 10**12
#: a calendar day has begun somewhere on Earth until it ends at UTC−12
LAST_ZONE = timezone(timedelta(hours=-12))

Values = Mapping[str, Any]
Errors = dict[str, list[str]]


class InvalidValues(Exception):
    """Some values do not fit the form: ``errors`` says what is wrong with each, lines by ``<lines>.<row>.<column>``."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


class Refused(Exception):
    """One value does not fit its field."""


@dataclass(frozen=True)
class Sight:
    """What a field sees of the rest: the clean values around it, and the time."""

    values: Values
    now: datetime


def clean_values(form: Form, values: Values, *, now: datetime) -> dict[str, Any]:
    """The values as they are stored. Raises InvalidValues with a message by field."""
    clean, errors = _clean_fields(form, values, {}, now)
    if errors:
        raise InvalidValues(errors)
    return clean


def _clean_fields(form: Form, values: Values, around: Values, now: datetime) -> tuple[dict[str, Any], Errors]:
    known = {field.key for field in form}
    errors: Errors = {key: ["Unknown field."] for key in values if key not in known}
    clean: dict[str, Any] = {}
    for field in form:
        try:
            value = _clean_field(field, values.get(field.key), Sight({**around, **clean}, now))
        except Refused as refusal:
            errors[field.key] = [str(refusal)]
        except InvalidValues as deeper:
            errors |= {f"{field.key}.{key}": messages for key, messages in deeper.errors.items()}
        else:
            if value is not None:
                clean[field.key] = value
    return clean, errors


def _clean_field(field: FormField, value: Any, sight: Sight) -> Any:
    given = None if _is_empty(value) else _KINDS[field.type](field, value, sight)
    if field.is_filled_in:
        return _filled_in(field, given, sight)
    if given is None and field.required:
        raise Refused("This field is required.")
    return given


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _filled_in(field: FormField, given: Any, sight: Sight) -> Any:
    expected = total(field, sight.values) if field.computed else _looked_up(field, sight.values)
    if given is not None and given != expected:
        raise Refused(f"The server fills this in: it is {expected}." if expected is not None else "Leave this empty.")
    return expected


def _looked_up(field: FormField, values: Values) -> str | None:
    if field.autofill is None:
        return None
    return field.autofill.values.get(values.get(field.autofill.source, ""))


def total(field: FormField, values: Values) -> Any:
    """The exact sum that a computed field shows."""
    lines, column = field.sum_of
    amounts = [Decimal(str(row[column])) for row in values.get(lines, ()) if column in row]
    return _money_text(sum(amounts, Decimal(0))) if field.type == "money" else _plain_number(sum(amounts, Decimal(0)))


def _text(field: FormField, value: Any, sight: Sight) -> str:
    return check_text(value, most=TEXTAREA_LENGTH if field.type == "textarea" else TEXT_LENGTH)


def check_text(value: Any, *, most: int) -> str:
    """The text without surrounding white space. Raises Refused if it is none, too long, or holds what no keyboard types."""
    if not isinstance(value, str):
        raise Refused("This must be text.")
    text = value.strip()
    if len(text) > most:
        raise Refused(f"At most {most} characters.")
    if any(_is_control(mark) and not mark.isspace() for mark in text):
        raise Refused("This contains characters that cannot be stored.")
    return text


def _is_control(mark: str) -> bool:
    return ord(mark) < 32 or 0x7F <= ord(mark) < 0xA0 or 0xD800 <= ord(mark) < 0xE000


def _number(field: FormField, value: Any, sight: Sight) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("This must be a number.")
    if not abs(value) <= MOST_NUMBER:  # also refuses NaN
        raise Refused("This number is too large.")
    return _plain_number(Decimal(str(value)))


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _money(field: FormField, value: Any, sight: Sight) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused("This must be an amount of money.")
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise Refused("This must be an amount of money.") from None
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY:
        raise Refused(f"This must lie between 0 and {MOST_MONEY}.")
    if amount != round(amount, 2):
        raise Refused("At most two decimals.")
    return _money_text(amount)


def _money_text(amount: Decimal) -> str:
    return f"{amount + 0:.2f}"  # + 0: there is no -0.00


def _date(field: FormField, value: Any, sight: Sight) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("This must be a date such as 2026-01-31.") from None
    if field.min_today and day < sight.now.astimezone(LAST_ZONE).date():
        raise Refused("This date is in the past.")
    if field.after in sight.values and day < date.fromisoformat(sight.values[field.after]):
        raise Refused("This date lies before the start.")
    return day.isoformat()


def _datetime(field: FormField, value: Any, sight: Sight) -> str:
    try:
        moment = datetime.fromisoformat(value)
        utc = moment.astimezone(UTC) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        utc = None
    if utc is None:
        raise Refused("This must be a time with its offset, such as 2026-01-31T09:00:00+01:00.")
    if field.min_today and moment.date() < sight.now.astimezone(moment.tzinfo).date():
        raise Refused("This date is in the past.")
    if field.after in sight.values and utc < datetime.fromisoformat(sight.values[field.after]):
        raise Refused("This date lies before the start.")
    return utc.isoformat().replace("+00:00", "Z")


def _choice(field: FormField, value: Any, sight: Sight) -> str:
    text = check_text(value, most=TEXT_LENGTH)
    parent = sight.values.get(field.depends_on) if field.depends_on else ""
    if parent is None:
        raise Refused(f"Choose {field.depends_on} first.")
    offered = {option.value for option in field.options if option.depends_value in ("", parent)}
    if text not in offered and not field.other_allowed:
        raise Refused("This is none of the choices.")
    return text


def _lines(field: FormField, value: Any, sight: Sight) -> list[dict[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(row, Mapping) for row in value):
        raise Refused("This must be a list of lines.")
    if len(value) > MOST_LINES:
        raise Refused(f"At most {MOST_LINES} lines.")
    rows: list[dict[str, Any]] = []
    errors: Errors = {}
    for number, row in enumerate(value):
        clean, wrong = _clean_fields(field.columns, row, sight.values, sight.now)
        rows.append(clean)
        errors |= {f"{number}.{key}": messages for key, messages in wrong.items()}
    if errors:
        raise InvalidValues(errors)
    return rows


_KINDS: dict[str, Callable[[FormField, Any, Sight], Any]] = {
    "text": _text,
    "textarea": _text,
    "person": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "lines": _lines,
}
