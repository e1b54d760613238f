"""Full-text search in PostgreSQL: every word as the beginning of one, accents folded, typing errors forgiven."""

from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Lower

from tickets.numbers import read_number

CONFIG = "simple"
MOST_WORDS = 6  # that are compared letter by letter


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
    misspelt = reduce(and_, (Q(folded__trigram_word_similar=_folded(word)) for word in text.split()[:MOST_WORDS]))
    return Q(search=PrefixQuery(_unaccented(text), config=CONFIG)) | Q(folded__contains=_folded(text)) | misspelt


def _folded(text: str) -> Lower:
    return Lower(_unaccented(text))


def _unaccented(text: str) -> Func:
    return Func(Value(text), function="UNACCENT", output_field=TextField())
