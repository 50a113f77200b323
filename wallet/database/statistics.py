"""What the database knows of its tables when it plans."""

from django.db import connection


def analyze() -> None:
    """Tells it how full they are. Plans that it makes for empty ones read, once they are filled, a table from end to end for
    each row of another; by itself it looks a minute later.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
