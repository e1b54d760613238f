"""Categories in and out of the API."""

from typing import Any

import msgspec
from rest_framework import serializers

from forms.models import Category
from forms.schema import FieldType, Form
from forms.services import CategoryDraft
from servicekit.errors import InvalidInput
from servicekit.serializers import Body

TYPES: tuple[str, ...] = FieldType.__args__  # type: ignore[attr-defined]


class OptionBody(Body):
    value = serializers.CharField(max_length=100)
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # a name of DRF\'s own
    depends_value = serializers.CharField(max_length=100, required=False)


class AutofillBody(Body):
    values = serializers.DictField(child=serializers.CharField(max_length=200))

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of Python's own."""
        return {"from": serializers.CharField(max_length=40), **super().get_fields()}


class FormColumnBody(Body):
    """A column of lines, as an admin draws it."""

    key = serializers.RegexField(r"^[a-z][a-z0-9_]{0,39}$")
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a name of DRF\'s own
    type = serializers.ChoiceField(choices=TYPES)
    required = serializers.BooleanField(default=False)  # type: ignore[assignment]  # a name of DRF\'s own
    help = serializers.CharField(max_length=300, allow_blank=True, default="")
    options = OptionBody(many=True, default=list)
    other_allowed = serializers.BooleanField(default=False)
    depends_on = serializers.CharField(max_length=40, required=False)
    min_today = serializers.BooleanField(required=False)
    after = serializers.CharField(max_length=40, required=False)
    autofill = AutofillBody(required=False)
    computed = serializers.CharField(max_length=100, required=False)


class FormFieldBody(FormColumnBody):
    """A question of a form, as an admin draws it."""

    columns = FormColumnBody(many=True, required=False)


class SubcategoryBody(Body):
    slug = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=100)


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF\'s own
    depends_value = serializers.CharField(required=False)


class AutofillSerializer(serializers.Serializer[Any]):
    values = serializers.DictField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of Python's own."""
        return {"from": serializers.CharField(), **super().get_fields()}


class FormColumnSerializer(serializers.Serializer[Any]):
    """A column of lines."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF\'s own
    type = serializers.ChoiceField(choices=TYPES)
    required = serializers.BooleanField()  # type: ignore[assignment]  # a name of DRF\'s own
    help = serializers.CharField(allow_blank=True)
    options = OptionSerializer(many=True)
    other_allowed = serializers.BooleanField()
    depends_on = serializers.CharField(required=False)
    min_today = serializers.BooleanField(required=False)
    after = serializers.CharField(required=False)
    autofill = AutofillSerializer(required=False)
    computed = serializers.CharField(required=False)


class FormFieldSerializer(FormColumnSerializer):
    """A question of a form."""

    columns = FormColumnSerializer(many=True, required=False)


class SubcategorySerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()


class CategoryBody(Body):
    """What an admin decides about a category."""

    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=500, allow_blank=True, default="")
    subcategories = SubcategoryBody(many=True, default=list)
    fields_ = FormFieldBody(many=True, default=list)
    position = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    is_active = serializers.BooleanField(default=True)

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a name of DRF's own."""
        fields = super().get_fields()
        return {"fields" if name == "fields_" else name: field for name, field in fields.items()}

    def draft(self) -> CategoryDraft:
        """The validated body as the service takes it."""
        body = self.validated_data
        return CategoryDraft(
            name=body["name"],
            description=body["description"],
            subcategories=tuple((entry["slug"], entry["name"]) for entry in body["subcategories"]),
            form=_read(body["fields"]),
            position=body["position"],
            is_active=body["is_active"],
        )


class NewCategoryBody(CategoryBody):
    """The same for a new one, which also gets its slug."""

    slug = serializers.SlugField(max_length=60)


def _read(fields: list[dict[str, Any]]) -> Form:
    try:
        return msgspec.convert(fields, Form)
    except msgspec.ValidationError as error:
        raise InvalidInput(fields={"fields": [str(error)]}) from error


class CategorySerializer(serializers.Serializer[Category]):
    """A category in answers."""  # declares the schema; category_json writes the answer

    id = serializers.UUIDField()
    slug = serializers.SlugField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    subcategories = SubcategorySerializer(many=True)
    is_active = serializers.BooleanField()
    position = serializers.IntegerField()
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a name of DRF's own."""
        return {**super().get_fields(), "fields": FormFieldSerializer(many=True)}


class DepartmentSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()


def category_json(category: Category) -> dict[str, Any]:
    """A category as the API answers it."""
    return {
        "id": category.id,
        "slug": category.slug,
        "name": category.name,
        "description": category.description,
        "subcategories": category.subcategories,
        "fields": category.form.fields,
        "is_active": category.is_active,
        "position": category.position,
        "version": category.version,
    }
