"""Full-text search in PostgreSQL: words by their beginnings, accents folded, typing errors forgiven."""

from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Lower

from tickets.models import Ticket
from tickets.numbers import read_number

CONFIG = "simple"
SHORTEST_PART = 3  # letters; below that there is no trigram to look up
MOST_WORDS = 6  # that are compared letter by letter
MANY = 1000


class PrefixQuery(SearchQuery):
    """``plainto_tsquery`` with each of its words as a prefix."""

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        """The query that PostgreSQL made of the words, each marked ``:*``; nothing of the text is parsed again."""
        sql, params = super().as_sql(*args, **kwargs)
        return f"regexp_replace(({sql})::text, '''(?= |$)', ''':*', 'g')::tsquery", params


def matching(text: str) -> Q:
    """The tickets that somebody means who types this: one by its number; those that have all the words, or the text itself;
    or, if there are none in the house, those with words like them.

    Few are named by their ids, which the indexes find at once; for many, walking the newest tickets meets a page of them soon.
    Left alone the planner would also walk in search of a rare word, through all there are.
    """
    number = read_number(text)
    if number is not None:
        return Q(number=number)
    conditions = _conditions(text)
    ids = _some_ids(conditions)
    if len(ids) == MANY:
        return reduce(or_, conditions)
    return Q(id__in=ids or _some_ids([_similar(text)]))


def _conditions(text: str) -> list[Q]:
    words = Q(search=PrefixQuery(_unaccented(text), config=CONFIG))
    return [words, Q(folded__contains=_folded(text))] if len(text) >= SHORTEST_PART else [words]


def _similar(text: str) -> Q:
    return reduce(and_, (Q(folded__trigram_word_similar=_folded(word)) for word in text.split()[:MOST_WORDS]))


def _some_ids(conditions: list[Q]) -> list[UUID]:
    """The tickets that meet one of the conditions, at most MANY; each condition is answered by its own index."""
    first, *others = (Ticket.objects.filter(condition).order_by().values_list("id", flat=True) for condition in conditions)
    return list(first.union(*others, all=True)[:MANY])


def _folded(text: str) -> Lower:
    return Lower(_unaccented(text))


def _unaccented(text: str) -> Func:
    return Func(Value(text), function="UNACCENT", output_field=TextField())
