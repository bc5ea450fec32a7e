"""How it ran: Prefect flows that are headlines over casework."""
