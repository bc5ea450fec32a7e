"""What was promised: programme, calendar, ladder and notice files, and the grammar that reads them."""
