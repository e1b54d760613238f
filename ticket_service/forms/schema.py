"""The shape of a form: fields kept as data. Pure."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

FieldType = Literal["text", "textarea", "number", "money", "date", "datetime", "choice", "person", "lines"]

#: keys that are left out of the stored form where they say nothing
_OPTIONAL = ("depends_on", "min_today", "after", "autofill", "columns", "computed")


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One answer to a choice; with ``depends_value`` only while the field it depends on has that value."""

    value: str
    label: str
    depends_value: str = ""


class Autofill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """The server fills the field in by the value of the choice ``source``."""

    source: str
    values: dict[str, str]


class FormField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of a form."""

    key: str
    label: str
    type: FieldType
    required: bool = False
    help: str = ""
    options: tuple[Option, ...] = ()
    other_allowed: bool = False  # a choice also takes any other text
    depends_on: str = ""  # key of the choice that decides which options there are
    min_today: bool = False
    after: str = ""  # key of the date that this one may not precede
    autofill: Autofill | None = None
    columns: tuple["FormField", ...] = ()  # of type lines
    computed: str = ""  # "sum:<lines>.<column>"

    @property
    def sum_of(self) -> tuple[str, str]:
        """The lines and the column that a computed field adds up."""
        lines, _, column = self.computed.removeprefix("sum:").partition(".")
        return lines, column

    @property
    def is_filled_in(self) -> bool:
        """True if the server answers this question itself."""
        return bool(self.computed) or self.autofill is not None


Form = tuple[FormField, ...]


def read_form(stored: Any) -> Form:
    """The form of its JSON. Raises msgspec.ValidationError for what is none."""
    return msgspec.convert(stored, Form)


def write_form(form: Form) -> list[dict[str, Any]]:
    """The JSON of a form, as it is stored and answered."""
    return [_write_field(field) for field in form]


def _write_field(field: FormField) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(field)
    written["columns"] = write_form(field.columns)
    return {key: value for key, value in written.items() if value or key not in _OPTIONAL}


def all_fields(form: Form) -> Iterator[FormField]:
    """Every field of the form, columns included."""
    for field in form:
        yield field
        yield from field.columns
