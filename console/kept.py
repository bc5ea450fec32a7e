"""What a list shows above itself: the saved views of it, and what can be done with it."""

from casework.list_addresses import list_address
from casework.saved_views import saved_views
from console.visits import Visit

_EXPORTED = ("/cases", "/due", "/enterprises", "/letters")


def kept(visit: Visit) -> dict[str, object]:
    """Return what `_kept.html` shows above a list."""
    path = visit.place.partition("?")[0]
    # A filter that the list does not know is in nobody's way, but is not kept either.
    address = list_address(visit.place)
    return {
        "kept_views": saved_views(visit.services, visit.who, path),
        "kept_address": str(address) if address else path,
        "exports": path in _EXPORTED,
    }
