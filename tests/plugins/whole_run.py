"""The demonstration's whole story in one process, without Prefect; prints what the tables say.

python -m tests.plugins.whole_run URL FOLDER
"""

import json
import sys
from pathlib import Path

from casework.deliver import deliver
from casework.import_roster import apply
from casework.mail_names import MAIL
from casework.pipeline import run_month
from casework.remind import sweep
from cli.demo_story import CLERK, FIRST_RUN, SECOND_RUN, play, register_staff
from cli.demonstration import MENDED
from exchange.roster import read_roster
from models.engine import make_engine
from models.secret import Secret
from notifications.folder import FolderCarrier
from runtime.schema import upgrade
from tests.plugins.dump import dump
from tests.plugins.house import services_on


def main() -> None:
    """Do all of it and print the dump as JSON."""
    url, folder = sys.argv[1:3]
    made = make_engine(url)
    upgrade(made)
    made.dispose()
    services = services_on(
        url, today=FIRST_RUN, batch_size=50, open_carrier=lambda: FolderCarrier(Path(folder))
    )
    with services.database.writing() as session:  # the same letters need the same names
        session.add(Secret(name=MAIL, value="5e" * 32))
    apply(services, read_roster(MENDED), by=CLERK)
    register_staff(services)
    for day in (FIRST_RUN, SECOND_RUN):
        told = services.on(day)
        run_month(told, f"{day:%Y-%m}", on=day)
        sweep(told)
        deliver(told)
        if day == FIRST_RUN:
            play(services)
    said = dump(services.database)
    services.database.close()
    print(json.dumps(said))  # noqa: T201 - read by the parent


if __name__ == "__main__":
    main()
