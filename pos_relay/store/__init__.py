"""The relay's database and folder; the only home of SQLAlchemy in this package."""
