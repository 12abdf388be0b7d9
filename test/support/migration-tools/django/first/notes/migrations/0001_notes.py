from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("body", models.TextField(null=True)),
                ("old", models.TextField(null=True)),
            ],
            options={"db_table": "notes"},
        )
    ]
