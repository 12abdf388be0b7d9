from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_notes")]
    operations = [
        migrations.AddField("note", "title", models.TextField(null=True)),
        migrations.RemoveField("note", "old"),
    ]
