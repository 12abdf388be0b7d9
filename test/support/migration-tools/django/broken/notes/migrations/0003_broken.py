from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notes", "0002_titles")]
    operations = [migrations.RunSQL("CREATE TABLE half (id int)"), migrations.RunSQL("SELECT 1 / 0")]
