"""Comments as JSON, in and out."""

from typing import Any

from rest_framework import serializers

from comments.documents import comment_document
from comments.models import Comment, Visibility
from servicekit.serializers import Body, PersonSerializer

MAX_BODY = 20_000  # characters


class ThreadQuery(serializers.Serializer[Any]):
    """Which conversation is asked for."""

    ticket = serializers.UUIDField(help_text="The ticket's id.")


class CommentBody(Body):
    """What somebody says."""

    ticket_id = serializers.UUIDField()
    body = serializers.CharField(max_length=MAX_BODY, trim_whitespace=True, help_text="Markdown.")
    visibility = serializers.ChoiceField(choices=Visibility.choices, default=Visibility.PUBLIC)


class CommentSerializer(serializers.Serializer[Any]):
    """The declared fields are what the document holds; ``number`` counts public comments and internal notes apart."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    ticket_id = serializers.UUIDField()
    author = PersonSerializer()
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    body = serializers.CharField()
    html = serializers.CharField()
    posted_at = serializers.DateTimeField()
    mine = serializers.BooleanField()

    def to_representation(self, instance: Comment) -> dict[str, Any]:
        """The comment as everybody sees it, and whether the reader wrote it."""
        return comment_document(instance) | {"mine": instance.author_id == self.context["reader_id"]}
