"""What goes in and out: rosters, ledgers, templates. Knows no table."""
