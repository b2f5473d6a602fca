"""What a transaction is called outside this package, where nobody imports SQLAlchemy."""

from typing import TypeAlias

from sqlalchemy import Connection

Transaction: TypeAlias = Connection
