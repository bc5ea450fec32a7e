"""What happened: tables, sessions, set-based queries and the ledger of letters."""
