"""What people choose to be told."""

from uuid import uuid4

import pytest

from preferences.models import Preference
from preferences.selectors import chosen_channels, settings_of
from preferences.services import choose_preferences
from rules.kinds import Channel, Kind

pytestmark = pytest.mark.django_db
URL = "/api/v1/notifications/preferences/"
KINDS = 17


def row(kind, channel, enabled):
    return {"kind": kind, "channel": channel, "enabled": enabled}


def test_without_a_choice_every_switch_stands_at_its_default():
    settings = settings_of(uuid4())
    assert len(settings) == KINDS * 2
    assert [setting for setting in settings if setting.enabled != setting.default] == []


def test_a_choice_holds_for_its_switch_only(principal):
    me = principal()
    choose_preferences(choices={(Kind.STATUS, Channel.MAIL): False}, by=me)
    assert [(setting.kind, setting.channel) for setting in settings_of(me.id) if setting.enabled != setting.default] == [
        (Kind.STATUS, Channel.MAIL)
    ]


def test_a_switch_that_is_not_named_returns_to_its_default(principal):
    me = principal()
    choose_preferences(choices={(Kind.STATUS, Channel.MAIL): False, (Kind.COMMENT, Channel.MAIL): True}, by=me)
    choose_preferences(choices={(Kind.STATUS, Channel.MAIL): False}, by=me)
    assert [(choice.kind, choice.channel, choice.is_on) for choice in Preference.objects.all()] == [("status", "mail", False)]


def test_no_choices_return_everything_to_its_default_for_the_chooser_only(principal):
    me, other = principal(), principal()
    for person in (me, other):
        choose_preferences(choices={(Kind.STATUS, Channel.MAIL): False}, by=person)
    choose_preferences(choices={}, by=me)
    assert [choice.user_id for choice in Preference.objects.all()] == [other.id]


def test_the_channels_of_many_people_take_one_query(principal, query_budget):
    me, other = principal(), principal()
    choose_preferences(choices={(Kind.STATUS, Channel.MAIL): False, (Kind.CLOSED, Channel.IN_APP): False}, by=me)
    with query_budget("chosen channels"):
        channels = chosen_channels({me.id: Kind.STATUS, other.id: Kind.CLOSED})
    assert channels == {me.id: {Channel.IN_APP}, other.id: {Channel.IN_APP, Channel.MAIL}}


def test_the_api_shows_every_switch_with_its_name(api_as):
    answer = api_as().get(URL)
    assert answer.status_code == 200
    rows = answer.json()["preferences"]
    assert len(rows) == KINDS * 2
    assert rows[0] == {"kind": "received", "name": "My ticket was received", "channel": "in_app", "enabled": True, "default": True}


def test_the_api_sets_switches_and_shows_them_as_they_stand(api_as):
    client = api_as()
    answer = client.put(URL, {"preferences": [row("comment", "mail", True), row("received", "mail", False)]})
    assert answer.status_code == 200
    changed = [(r["kind"], r["channel"], r["enabled"]) for r in answer.json()["preferences"] if r["enabled"] != r["default"]]
    assert changed == [("received", "mail", False), ("comment", "mail", True)]
    assert client.get(URL).json() == answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "preferences"),
        ({"preferences": [row("gossip", "mail", True)]}, "preferences.0.kind"),
        ({"preferences": [row("status", "pigeon", True)]}, "preferences.0.channel"),
        ({"preferences": [row("status", "mail", "perhaps")]}, "preferences.0.enabled"),
        ({"preferences": [row("status", "mail", True), row("status", "mail", False)]}, "preferences"),
        ({"preferences": [row("status", "mail", True) | {"user_id": "me"}]}, "preferences.0.user_id"),
        ({"preferences": [], "user_id": "00000000-0000-4000-8000-000000000000"}, "user_id"),
        ({"preferences": [row("status", "mail", True)] * 35}, "preferences"),
    ],
)
def test_a_malformed_choice_is_refused_by_name_and_changes_nothing(api_as, body, field):
    answer = api_as().put(URL, body)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (400, "invalid_input", [field])
    assert Preference.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_save_at_once_leave_one_choice(principal, at_once):
    me = principal()
    save = lambda: choose_preferences(choices={(Kind.STATUS, Channel.MAIL): False}, by=me)  # noqa: E731
    assert at_once([save, save]) == [None, None]
    assert Preference.objects.count() == 1
