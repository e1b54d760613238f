"""Every write of forms."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from forms import policies
from forms.design import form_problems
from forms.errors import CategoryExists
from forms.models import Category, Department, FormVersion
from forms.schema import Form, write_form
from servicekit.clock import now
from servicekit.errors import InvalidInput, NotFound, require
from servicekit.etags import check_version
from servicekit.principal import Principal


@dataclass(frozen=True)
class CategoryDraft:
    """All that somebody decides about a category."""

    name: str
    description: str = ""
    subcategories: tuple[tuple[str, str], ...] = ()  # (slug, name)
    form: Form = ()
    position: int = 0
    is_active: bool = True

    def as_columns(self) -> dict[str, object]:
        """The columns of Category that it sets as they are."""
        return {
            "name": self.name,
            "description": self.description,
            "subcategories": [{"slug": slug, "name": name} for slug, name in self.subcategories],
            "position": self.position,
            "is_active": self.is_active,
        }


@transaction.atomic
def create_category(*, slug: str, draft: CategoryDraft, by: Principal) -> Category:
    """Offer a new kind of request."""
    require(policies.may_manage_categories(by))
    _check(draft)
    at = now()
    form = FormVersion.objects.create(fields=write_form(draft.form), created_at=at)
    try:
        with transaction.atomic():
            return Category.objects.create(slug=slug, form=form, created_at=at, updated_at=at, **draft.as_columns())
    except IntegrityError as error:
        raise CategoryExists(f"The slug {slug} is taken.") from error


@transaction.atomic
def edit_category(*, slug: str, draft: CategoryDraft, expected_version: int, by: Principal) -> Category:
    """Change a kind of request. Tickets keep the form that they were filed with."""
    require(policies.may_manage_categories(by))
    category = Category.objects.select_for_update(of=("self",)).select_related("form").filter(slug=slug).first()
    if category is None:
        raise NotFound
    check_version(category.version, expected_version)
    _check(draft)
    at = now()
    category.form = _form_version(category.form, draft.form, at)
    for column, value in draft.as_columns().items():
        setattr(category, column, value)
    category.version += 1
    category.updated_at = at
    category.save()
    return category


def _form_version(present: FormVersion, form: Form, at: datetime) -> FormVersion:
    fields = write_form(form)
    return present if fields == present.fields else FormVersion.objects.create(fields=fields, created_at=at)


def _check(draft: CategoryDraft) -> None:
    problems = {f"fields.{key}": messages for key, messages in form_problems(draft.form).items()}
    slugs = [slug for slug, _ in draft.subcategories]
    if len(set(slugs)) < len(slugs):
        problems["subcategories"] = ["Two sub-categories have the same slug."]
    if problems:
        raise InvalidInput(fields=problems)


@transaction.atomic
def seed_defaults(categories: dict[str, CategoryDraft], departments: dict[str, str]) -> int:
    """Create what a fresh installation lacks and leave alone what is there; how many rows were made."""
    at, made = now(), 0
    for slug, draft in categories.items():
        if not Category.objects.filter(slug=slug).exists():
            _check(draft)
            form = FormVersion.objects.create(fields=write_form(draft.form), created_at=at)
            Category.objects.create(slug=slug, form=form, created_at=at, updated_at=at, **draft.as_columns())
            made += 1
    for slug, name in departments.items():
        made += Department.objects.get_or_create(slug=slug, defaults={"name": name})[1]
    return made
