from django.db import migrations


class Migration(migrations.Migration):
    phase = "contract"

    dependencies = [("shelves", "0002_colour")]

    operations = [
        migrations.RemoveField(model_name="shelf", name="label"),
    ]
