"""Full-text search in PostgreSQL: every word as the beginning of one, accents folded, typing errors forgiven."""

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Lower

from tickets.numbers import read_number

CONFIG = "simple"


class PrefixQuery(SearchQuery):
    """``plainto_tsquery`` with each of its words as a prefix."""

    def as_sql(self, compiler: Any, connection: Any, function: Any = None, template: Any = None) -> tuple[str, list[Any]]:
        """The query that PostgreSQL made of the words, each marked ``:*``; nothing of the text is parsed again."""
        sql, params = super().as_sql(compiler, connection, function, template)
        return f"regexp_replace(({sql})::text, '''(?= |$)', ''':*', 'g')::tsquery", list(params)


def matching(text: str) -> Q:
    """The tickets that somebody means who types this: one by its number, or all that have the words."""
    number = read_number(text)
    if number is not None:
        return Q(number=number)
    folded = Func(Value(text), function="UNACCENT", output_field=TextField())
    return (
        Q(search=PrefixQuery(folded, config=CONFIG))
        | Q(folded__contains=Lower(folded))
        | Q(folded__trigram_word_similar=Lower(folded))
    )  # fmt: skip
