"""Names by every two characters in them, so that a search need not read all names.

Both engines find words of three characters and more by themselves, and hardly any word of a
Chinese name is that long. The rows are kept by triggers, whoever writes a name. They only narrow
down where to look: a name that is gone may have left rows behind, and the name itself decides.
"""

from sqlalchemy import Column, Integer, String, Table

from models.base import metadata

NAME_GRAM = "name_gram"
name_gram = Table(
    NAME_GRAM,
    metadata,
    Column("gram", String(4), primary_key=True),  # in small letters; some letters become two
    Column("enterprise_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
