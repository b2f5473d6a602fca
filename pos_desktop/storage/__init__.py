"""The counter's database: SQLite through SQLAlchemy Core, the numbering fence and the catalogue."""
