"""What can be asked for, and what is asked about it."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Lower

from forms.schema import Form, read_form


class FormVersion(models.Model):
    """The fields of a form at one time. Never changed: a ticket keeps the form that it was filed with."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    fields = models.JSONField(default=list)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{len(self.fields)} fields of {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def form(self) -> Form:
        """The fields as the rules read them."""
        return read_form(self.fields)


class Category(models.Model):
    """A kind of request, with its own form."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    subcategories = models.JSONField(default=list, blank=True)  # [{"slug", "name"}]
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "categories"
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="category_has_a_name")]

    def __str__(self) -> str:
        return self.name

    def subcategory_name(self, slug: str) -> str | None:
        """The name of one of its sub-categories."""
        return next((entry["name"] for entry in self.subcategories if entry["slug"] == slug), None)


class Department(models.Model):
    """A department that an approved ticket can be given to."""

    slug = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="one_department_of_a_name")]

    def __str__(self) -> str:
        return self.name
