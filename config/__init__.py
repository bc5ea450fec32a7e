"""What was promised: programmes, calendars, ladders and notices, and the files' grammar."""
