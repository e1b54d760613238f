"""Answers and filters of the record."""

from rest_framework import serializers

from audit.models import Entry
from audit.selectors import EntryFilter
from servicekit.serializers import PersonSerializer


class EntryQuery(serializers.Serializer[EntryFilter]):
    """Filters of the record."""

    actor = serializers.UUIDField(required=False)
    action = serializers.CharField(required=False, max_length=60, help_text='such as "workflow.published"')
    object_type = serializers.ChoiceField(required=False, choices=["task", "workflow"])
    object_id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="not included")


class EntrySerializer(serializers.Serializer[Entry]):
    """One deed."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = PersonSerializer()
    action = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.UUIDField()
    object_label = serializers.CharField(source="label")
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
