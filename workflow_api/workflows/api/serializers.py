"""Bodies and answers of workflows."""

from typing import Any

from rest_framework import serializers

from engine import find_problems, read_definition
from servicekit.schema import extend_schema_field
from servicekit.serializers import Body, PersonSerializer
from workflows.models import Workflow, WorkflowVersion
from workflows.services import Draft

MAX_MINUTES = 10_000_000


class StepBody(Body):
    """A step of the graph."""

    key = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=120)
    instruction = serializers.CharField(max_length=5000, allow_blank=True, default="")
    role = serializers.CharField(max_length=120, allow_blank=True, default="")
    escalation_role = serializers.CharField(max_length=120, allow_blank=True, default="")
    weight = serializers.IntegerField(min_value=0, max_value=1_000_000, default=1)
    kind = serializers.ChoiceField(choices=["start", "step"], default="step")


class EndBody(Body):
    """An end of the graph."""

    key = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=120)


class TransitionBody(Body):
    """A way from a step to a step or an end."""

    key = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=120)
    note_required = serializers.BooleanField(default=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With ``from`` and ``to``; the first is a word of Python."""
        return super().get_fields() | {"from": serializers.SlugField(max_length=60), "to": serializers.SlugField(max_length=60)}


class SlaBody(Body):
    """Minutes that the whole work may take, by priority."""

    critical = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES)
    high = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES)
    medium = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES)
    low = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES)


class DefinitionBody(Body):
    """The graph and its durations. It may be unfinished: ``problems`` of the answer says what keeps it from being published."""

    steps = serializers.ListField(child=StepBody(), max_length=100)
    ends = serializers.ListField(child=EndBody(), max_length=20)
    transitions = serializers.ListField(child=TransitionBody(), max_length=500)
    sla = SlaBody(allow_null=True)


class WorkflowBody(Body):
    """A draft as a whole. Empty category, subcategory or department fits any."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, allow_blank=True, default="")
    category = serializers.SlugField(max_length=60, allow_blank=True)
    subcategory = serializers.SlugField(max_length=60, allow_blank=True, default="")
    department = serializers.CharField(max_length=100, allow_blank=True, default="")
    definition = DefinitionBody()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A subcategory belongs to a category."""
        if attrs["subcategory"] and not attrs["category"]:
            raise serializers.ValidationError({"subcategory": ["Name the category as well."]})
        return attrs

    @property
    def draft(self) -> Draft:
        """The validated body."""
        return Draft(**self.validated_data)


class GraphEdgeSerializer(serializers.Serializer[Any]):
    """A transition of a drawing."""

    key = serializers.CharField()
    name = serializers.CharField()
    taken = serializers.BooleanField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With ``from`` and ``to``; the first is a word of Python."""
        return super().get_fields() | {"from": serializers.CharField(source="source"), "to": serializers.CharField(source="target")}


class PublishedSerializer(serializers.Serializer[WorkflowVersion]):
    """A published version, without its definition."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    category = serializers.CharField()
    subcategory = serializers.CharField()
    department = serializers.CharField()
    is_current = serializers.BooleanField()
    published_at = serializers.DateTimeField()
    published_by = PersonSerializer()


class VersionSerializer(PublishedSerializer):
    """A published version."""

    definition = DefinitionBody()


class WorkflowRowSerializer(serializers.Serializer[Workflow]):
    """A workflow as a list shows it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    subcategory = serializers.CharField()
    department = serializers.CharField()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    published = PublishedSerializer(source="current", allow_null=True)


class ProblemAtNodeSerializer(serializers.Serializer[Any]):
    """What keeps a draft from being published, at its node."""

    node = serializers.CharField(help_text='key of a step, end or transition; "sla"; "" the whole')
    code = serializers.CharField()
    message = serializers.CharField()


class WorkflowSerializer(WorkflowRowSerializer):
    """A workflow with its draft and the draft's problems."""

    definition = DefinitionBody(source="draft")
    problems = serializers.SerializerMethodField()

    @extend_schema_field(ProblemAtNodeSerializer(many=True))
    def get_problems(self, workflow: Workflow) -> Any:
        """All of them, each at its node."""
        findings = find_problems(read_definition(workflow.draft), self.context["acting_roles"])
        return ProblemAtNodeSerializer(findings, many=True).data
