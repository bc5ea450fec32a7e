#!/bin/sh
# Run once by the image of PostgreSQL, when its volume is new: two databases, an owner each.
set -eu
for owner in peiyu prefect; do
  if [ "$owner" = peiyu ]; then password=$PEIYU_DB_PASSWORD; else password=$PREFECT_DB_PASSWORD; fi
  psql -v ON_ERROR_STOP=1 -v owner="$owner" -v password="$password" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'password';
CREATE DATABASE :"owner" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';
SQL
done
