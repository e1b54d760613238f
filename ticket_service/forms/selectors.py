"""Every read of forms."""

from django.db.models import QuerySet

from forms.models import Category, Department
from servicekit.errors import InvalidInput, NotFound


def list_categories(*, with_inactive: bool) -> QuerySet[Category]:
    """The categories in the order that people are shown them."""
    categories = Category.objects.select_related("form").order_by("position", "name")
    return categories if with_inactive else categories.filter(is_active=True)


def get_category(slug: str) -> Category:
    """The category, active or not. Raises NotFound."""
    category = Category.objects.select_related("form").filter(slug=slug).first()
    if category is None:
        raise NotFound
    return category


def category_to_file_in(slug: str) -> Category:
    """The active category of that slug. Raises InvalidInput for the field "category"."""
    category = Category.objects.select_related("form").filter(slug=slug, is_active=True).first()
    if category is None:
        raise InvalidInput(fields={"category": ["There is no such category."]})
    return category


def list_departments() -> QuerySet[Department]:
    """The departments that a ticket can be given to."""
    return Department.objects.filter(is_active=True).order_by("name")


def department_name(given: str) -> str:
    """The name of the department that somebody means by its slug or name. Raises InvalidInput for the field "department"."""
    departments = list(list_departments())
    meant = given.strip().casefold()
    for department in departments:
        if meant in (department.slug, department.name.casefold()):
            return department.name
    raise InvalidInput(fields={"department": ["One of: " + ", ".join(department.name for department in departments) + "."]})
