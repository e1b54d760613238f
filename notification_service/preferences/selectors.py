"""Reads of the preferences."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from preferences.models import Preference
from rules.kinds import DEFAULT_CHANNELS, Channel, Kind


@dataclass(frozen=True, slots=True)
class Setting:
    """One switch as a person sees it."""

    kind: Kind
    channel: Channel
    enabled: bool
    default: bool


def settings_of(user_id: UUID) -> list[Setting]:
    """Every switch of a person, in the order of the kinds."""
    choices = {(row.kind, row.channel): row.is_on for row in Preference.objects.filter(user_id=user_id)}
    return [
        Setting(kind=kind, channel=channel, enabled=choices.get((kind, channel), channel in on), default=channel in on)
        for kind, on in DEFAULT_CHANNELS.items()
        for channel in Channel
    ]


def chosen_channels(kinds: Mapping[UUID, Kind]) -> dict[UUID, frozenset[Channel]]:
    """By which channels each person wants to hear of the kind that stands beside him: one query."""
    channels = {user_id: set(DEFAULT_CHANNELS[kind]) for user_id, kind in kinds.items()}
    for row in Preference.objects.filter(user_id__in=channels.keys(), kind__in=set(kinds.values())):
        if row.kind == kinds[row.user_id]:
            (channels[row.user_id].add if row.is_on else channels[row.user_id].discard)(Channel(row.channel))
    return {user_id: frozenset(wanted) for user_id, wanted in channels.items()}
