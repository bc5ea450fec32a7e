"""Letters that can not be written: one fails alone and says where; a damaged program sends none."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import FileSystemLoader
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from casework import compose, links
from casework.answers import Given, Wish, answer
from casework.deliver import deliver
from casework.digest import digest
from casework.doctor import Level, examine
from casework.letter_page import LetterPage, letter_page
from casework.letter_preview import preview
from casework.matters import matter_of
from casework.services import Robot, Services
from config.catalogue import Catalogue
from models.deadline import Deadline
from models.enterprise import Enterprise, Person
from notifications import rendering
from notifications.memory import MemoryCarrier
from notifications.rendering import TEMPLATES
from policy.answers import AnswerKind
from tests.house.tree import ROOT
from tests.plugins.house import HouseMaker
from tests.plugins.looked_after import AROUND
from tests.plugins.outbox import D30, later, letters, letters_wait, states
from tests.plugins.sprout import add_staff
from tests.plugins.terminal import Peiyu

BODY = "enterprise_daily/body.txt"
_CONTACTS = select(Person).where(col(Person.enterprise_id).is_not(None))
Damage = Callable[[Path], object]


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates, to be damaged."""
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    monkeypatch.setattr(rendering, "TEMPLATES", folder)
    for environment in (rendering._TEXT, rendering._PAGE):
        monkeypatch.setattr(environment, "loader", FileSystemLoader(folder))
    return folder


def add_at_the_end(folder: Path, name: str, words: str) -> int:
    """Add a line to a template; return its number."""
    path = folder / name
    lines = [*path.read_text("utf-8").splitlines(), words]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return len(lines)


@pytest.mark.fault("M16")
def test_of_a_hundred_letters_the_one_that_can_not_be_written_fails_alone(
    a_house: HouseMaker, templates: Path
) -> None:
    county = letters_wait(a_house(today=D30), firms=100)
    add_staff(county)
    poison = "{% if enterprise == '示例企业7号有限公司' %}{{ enterprize }}{% endif %}"
    line = add_at_the_end(templates, BODY, poison)
    carrier = MemoryCarrier()

    report = deliver(replace(county, open_carrier=lambda: carrier))
    again = deliver(replace(later(county, 60), open_carrier=lambda: carrier))

    assert (report.failed, report.sent, again.sent) == (1, 99, 0)
    assert len(carrier.attempts) == 99
    (failed,) = [letter for letter in letters(county) if letter.state == "failed"]
    assert failed.reason == f"信没有写成，模板 {BODY} 第 {line} 行：'enterprize' is undefined"
    assert (failed.attempts, failed.leased_until) == (0, None)

    next_week = later(county, 7 * 24 * 60)  # on Tuesday: Monday is off
    digest(next_week)
    clerk = MemoryCarrier()
    deliver(replace(next_week, open_carrier=lambda: clerk))
    assert f"给示例企业7号有限公司 张示例的信：03-31，发不出：{failed.reason}" in "".join(
        message.text for message in clerk.messages
    )


FOR = "{{% if enterprise == '示例企业{}号有限公司' %}}{}{{% endif %}}"
TRIPS = [
    "{{ due_count + '一' }}",
    "{{ sections[99].title }}",
    "{{ 1 // 0 }}",
    "{{ on.strftime() }}",
]


@pytest.mark.fault("M16")
def test_whatever_a_template_trips_over_is_the_letters_fault(
    a_house: HouseMaker, templates: Path
) -> None:
    county = letters_wait(a_house(today=D30), firms=len(TRIPS))
    lines = [
        add_at_the_end(templates, BODY, FOR.format(number, trip))
        for number, trip in enumerate(TRIPS, 1)
    ]

    assert deliver(county).failed == len(TRIPS)
    told = [letter.reason.partition("：")[0] for letter in letters(county)]
    assert told == [f"信没有写成，模板 {BODY} 第 {line} 行" for line in lines]


@pytest.mark.fault("M16")
def test_a_letter_of_a_programme_whose_file_is_gone_still_leaves(a_house: HouseMaker) -> None:
    county = letters_wait(a_house(today=D30), firms=1)
    carrier = MemoryCarrier()
    without = Catalogue(ladders=county.catalogue.ladders)

    assert deliver(replace(county, catalogue=without, open_carrier=lambda: carrier)).sent == 1
    assert "sprout" in carrier.messages[0].text, "it is named by its key"


@pytest.mark.fault("M16")
def test_an_answer_and_a_robot_speak_of_a_programme_whose_file_is_gone(a_house: HouseMaker) -> None:
    house = a_house(today=D30, public_url="https://peiyu.example")
    add_staff(house)
    county = letters_wait(
        replace(house, robots=(Robot(name="group", roles=("contact",)),)), firms=1
    )
    _ask_for_help(county)
    carrier = MemoryCarrier()
    without = Catalogue(ladders=county.catalogue.ladders)

    deliver(replace(county, catalogue=without, open_carrier=lambda: carrier))

    assert len(carrier.attempts) == 3, "all were written: contact, clerk, robot"
    (to_clerk,) = (each for each in carrier.attempts if each.to.email == "clerk@bureau.example")
    assert "sprout" in to_clerk.text
    assert any(each.robot for each in carrier.attempts)


def _ask_for_help(county: Services) -> None:
    with county.database.reading() as session:
        deadline, person = session.get_one(Deadline, 1), session.scalars(_CONTACTS).one()
        enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    about = matter_of(enterprise, deadline)
    token = links.token(links.secret_of(county), (deadline, person), matter=about, on=D30)
    assert isinstance(answer(county, token, Wish(kind=AnswerKind.HELP, words="请来电")), Given)


@pytest.mark.fault("M16")
def test_a_letter_whose_matter_can_not_be_read_fails_alone(a_house: HouseMaker) -> None:
    county = letters_wait(a_house(today=D30), firms=3)
    with county.database.writing() as session:
        session.execute(update(Deadline).where(col(Deadline.id) == 1).values(basis="{}"))

    report = deliver(county)
    page = letter_page(county, letters(county)[0].id or 0)

    assert (report.failed, report.sent) == (1, 2)
    assert states(county) == ["failed", "sent", "sent"], "nothing waits behind the oldest one"
    assert letters(county)[0].reason.startswith("信没有写成，内容：")
    assert letters(county)[0].leased_until is None
    assert isinstance(page, LetterPage)
    assert preview(county, page).trouble == letters(county)[0].reason


def test_a_database_that_goes_away_while_a_letter_is_written_fails_no_letter(
    a_house: HouseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = letters_wait(a_house(today=D30), firms=1)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    monkeypatch.setattr(compose, "items_of", away)
    with pytest.raises(OperationalError):
        deliver(county)

    assert states(county) == ["queued"]


def gone(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


def holds(name: str, words: str) -> Damage:
    return lambda folder: (folder / name).write_text(words, "utf-8")


DAMAGES = {
    "staff_daily/body.html不能用": gone("staff_daily/body.html"),
    "_footer.txt不能用": gone("_footer.txt"),  # which others use
    "enterprise_daily/subject.txt 是空的": holds("enterprise_daily/subject.txt", " \n"),
    f"{BODY} 第 2 行不能用": holds(BODY, "您好\n{% if %}"),
}


@pytest.mark.fault("M17")
def test_a_damaged_template_is_found_before_any_run(
    peiyu: Peiyu, a_house: HouseMaker, templates: Path
) -> None:
    house = a_house()
    assert peiyu("check").code == 0
    for said, damage in DAMAGES.items():
        damage(templates)
        checked = peiyu("check", "--json")
        doctor = {each.name: each.level for each in examine(house, AROUND)}
        shutil.copytree(TEMPLATES, templates, dirs_exist_ok=True)

        assert checked.code == 1
        (problem,) = checked.json["problems"]
        assert problem["message"] == f"信的模板 {said}，请重新安装程序"
        assert doctor["信的模板"] is Level.BAD


@pytest.mark.fault("M17")
def test_a_damaged_template_stops_the_sender_and_no_letter_is_the_worse_for_it(
    a_house: HouseMaker, templates: Path
) -> None:
    county = letters_wait(a_house(today=D30))
    for minutes, (said, damage) in enumerate(DAMAGES.items()):
        damage(templates)
        assert said in deliver(later(county, minutes)).stopped
        assert states(county) == ["queued"] * 3
        shutil.copytree(TEMPLATES, templates, dirs_exist_ok=True)

    assert deliver(later(county, 5)).sent == 3


@pytest.mark.fault("M17")
def test_a_subject_that_comes_out_empty_sends_no_letter(
    a_house: HouseMaker, templates: Path
) -> None:
    county = letters_wait(a_house(today=D30))
    holds("enterprise_daily/subject.txt", "{% if demo %}示例{% endif %}")(templates)

    assert deliver(county).failed == 3
    assert {letter.reason for letter in letters(county)} == {
        "信没有写成，模板 enterprise_daily：标题是空的"
    }


_SMALL = """
import json, resource, sys
from casework.deliver import deliver
from notifications.memory import MemoryCarrier
from tests.plugins.house import services_on
from tests.plugins.outbox import D30, letters
from tests.plugins.sprout import sprout_catalogue
carrier = MemoryCarrier()
county = services_on(sys.argv[1], today=D30, catalogue=sprout_catalogue(),
                     open_carrier=lambda: carrier)
deliver(county, only=[])
letters(county)  # every module is read by now
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
room = used + int(sys.argv[2]) * 1024 ** 2
resource.setrlimit(resource.RLIMIT_AS, (room, room))
deliver(county)
print(json.dumps([[letter.state, letter.reason] for letter in letters(county)]))
"""


@pytest.mark.fault("R07")
def test_a_letter_for_which_there_is_not_enough_memory_fails_alone(a_house: HouseMaker) -> None:
    county = letters_wait(a_house(today=D30))
    swell(county)
    url = county.database.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", _SMALL, url, "80"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [state for state, _ in told] == ["sent", "failed", "sent"]
    assert re.match("信没有写成，(模板 |内容：)", told[1][1])


def swell(county: Services) -> None:
    """Give the second enterprise a name that no letter has room for."""
    with county.database.writing() as session:
        session.execute(
            update(Enterprise)
            .where(col(Enterprise.uscc) == "91431281MAXX00002X")
            .values(name="示例" * 2_000_000)
        )
