from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from workflows.models import Workflow, WorkflowVersion


@admin.register(Workflow)
class WorkflowAdmin(ReadOnlyAdmin):
    list_display = ("name", "category", "subcategory", "department", "version", "updated_at")
    search_fields = ("name", "category")


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(ReadOnlyAdmin):
    list_display = ("name", "number", "is_current", "category", "subcategory", "department", "published_at", "published_by_name")
    list_filter = ("is_current",)
    search_fields = ("name", "category")
