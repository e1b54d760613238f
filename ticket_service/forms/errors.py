"""Named failures of forms."""

from servicekit.errors import Conflict


class CategoryExists(Conflict):
    code, title = "category_exists", "There is a category with this slug"
