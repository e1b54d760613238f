"""A noun whose schema grew, and then lost a column."""

from django.db import models


class Shelf(models.Model):
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=20, null=True)

    def __str__(self) -> str:
        return self.name
