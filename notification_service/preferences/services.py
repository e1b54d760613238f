"""Everything that can happen to a preference."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from preferences.models import Preference
from rules.kinds import Channel, Kind
from servicekit.principal import Principal


@transaction.atomic
def choose_preferences(*, choices: Mapping[tuple[Kind, Channel], bool], by: Principal) -> None:
    """A person sets his switches; those that he does not name return to their defaults."""
    rows = [Preference(user_id=by.id, kind=kind, channel=channel, is_on=is_on) for (kind, channel), is_on in sorted(choices.items())]
    named = Q()
    for kind, channel in choices:
        named |= Q(kind=kind, channel=channel)
    dropped = Preference.objects.filter(user_id=by.id)
    (dropped.exclude(named) if choices else dropped).delete()
    Preference.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user_id", "kind", "channel"], update_fields=["is_on"])
