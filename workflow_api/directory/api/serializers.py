"""Answers and filters of the directory."""

from rest_framework import serializers

from directory.models import Person


class PeopleQuery(serializers.Serializer[Person]):
    """Filters of the list of people."""

    role = serializers.CharField(required=False, max_length=120, default="", help_text='such as "tts.agent"')
    q = serializers.CharField(required=False, max_length=100, default="", help_text="a part of the name or address")


class DirectoryPersonSerializer(serializers.Serializer[Person]):
    """Somebody whom work can be given to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    department = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
