"""What a group's robot says on a day: what its people were written, short, and without names.

A robot is an addressee like any other: one claim and one letter a day, in the same outbox.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.letter_reading import items_of
from casework.mail_names import names_of
from casework.matters import in_force
from casework.outbox import Claim, queue
from casework.refusal import Refusal
from casework.services import Actor, Robot, Services
from casework.words import flags_of
from models.case import Review, ReviewState
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person, Role
from models.letter import ItemKind, ItemState, Letter, LetterItem
from models.writes import insert_new
from notifications.letters import DueItem, Head, robot_daily
from notifications.message import ROBOT_MARK, Address, Message, Receipt
from policy.deadlines import days_left
from policy.divisions import below
from policy.obligation import Tone
from policy.workdays import Calendar

_TEST = "测试：收到这一行，说明机器人可用。"


def call_robots(session: Session, services: Services, day: dt.date, calendar: Calendar) -> None:
    """Claim the word of the day of each robot whose people have something to do; each once."""
    claims = []
    for robot in services.robots:
        person = _person_of(session, robot)
        if matters_of(session, robot, day):
            key = f"robot/{robot.name}/{day.isoformat()}"
            claims.append(Claim(key=key, kind=ItemKind.DIGEST, person_id=person.id, speaks_on=day))
    if claims:
        queue(session, services, claims, send_on=day, calendar=calendar)


def matters_of(session: Session, robot: Robot, day: dt.date) -> Sequence[LetterItem]:
    """Return what the letters of a day say to a robot's people, each matter once."""
    place: Any = col(Person.division_code)
    ours: ColumnElement[bool] = place.startswith(below(robot.division), autoescape=True)
    items = session.scalars(
        select(LetterItem)
        .join(Letter, col(Letter.id) == col(LetterItem.letter_id))
        .join(Person, col(Person.id) == col(Letter.person_id))
        .where(
            col(Letter.send_on) == day,
            col(LetterItem.state) == ItemState.CLAIMED.value,
            col(LetterItem.kind).in_((ItemKind.RUNG.value, ItemKind.REVIEW.value)),
            col(Person.role).in_(robot.roles),
            ours,
        )
        .order_by(col(LetterItem.key))
    )
    found = {(item.deadline_id, item.review_id): item for item in items}
    return tuple(found.values())


def try_robot(services: Services, name: str, *, by: Actor) -> Receipt | Refusal:
    """Let a robot say one line, so that its group sees that it works."""
    if name not in (robot.name for robot in services.robots):
        known = "、".join(robot.name for robot in services.robots) or "（无）"
        return Refusal(reason=f"设置里没有机器人“{name}”，有的是：{known}")
    text = f"【{services.office.name}】{_TEST}"
    message = Message(
        message_id="<robot.test@localhost.invalid>",
        sender=services.sender,
        to=Address(name=name, email=""),
        subject=text,
        text=text,
        html="",
        robot=name,
    )
    carrier = services.open_carrier()
    try:
        receipt = carrier.deliver(message)
    finally:
        carrier.close()
    about = (name, {"fate": receipt.fate.value, "said": receipt.detail})
    services.database.transact(lambda session: note(session, services, by, "robot.tried", about))
    return receipt


def robot_letter(
    session: Session, services: Services, letter: Letter, person: Person, *, unread: bool
) -> Message | str:
    """Return what a robot says as things stand now, or why it says nothing."""
    name = person.key.removeprefix("robot/")
    robot = next((each for each in services.robots if each.name == name), None)
    if robot is None:
        return f"设置里没有{person.name}"
    items = matters_of(session, robot, _day_of(session, letter))
    due = [
        each
        for item in items
        if item.deadline_id is not None and (each := _due_item(session, services, item))
    ]
    waiting = [item.review_id for item in items if item.review_id is not None]
    reviews = sum(session.get_one(Review, each).state == ReviewState.OPEN.value for each in waiting)
    if not due and not reviews:
        return "所提事项均已办结，无须再发"
    office, demo = services.office, services.demo
    head = Head(to_name="", on=services.today, office=office, demo=demo, unread=unread)
    said = robot_daily(head, due=due, reviews=reviews)
    named = names_of(session, services, letter, person).message_id
    return Message(
        message_id=named if letter.message_id else named.replace("<", f"<{ROBOT_MARK}"),
        sender=services.sender,
        to=Address(name=person.name, email=""),
        subject=said.subject,
        text=said.text.strip(),
        html="",
        robot=name,
    )


def _day_of(session: Session, letter: Letter) -> dt.date:
    """Return the day that a robot's letter speaks of, also when it leaves later."""
    days = [item.speaks_on for item in items_of(session, letter)]
    return max(days, default=letter.send_on)


def _due_item(session: Session, services: Services, item: LetterItem) -> DueItem | None:
    deadline = in_force(session, session.get_one(Deadline, item.deadline_id))
    if deadline.state != DeadlineState.OPEN.value:
        return None
    enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    left = days_left(deadline.due_on, services.today)
    return DueItem(
        title=deadline.title,
        programme=services.catalogue.title_of(deadline.programme),
        enterprise=enterprise.name,
        due_on=deadline.due_on,
        days_left=left,
        tone=Tone.OVERDUE.value if left < 0 else item.tone,
        flags=flags_of(deadline),
        key=str(deadline.id),
    )


def _person_of(session: Session, robot: Robot) -> Person:
    row = {
        "key": f"robot/{robot.name}",
        "role": Role.ROBOT.value,
        "name": f"机器人 {robot.name}",
        "email": "",
        "phone": "",
        "division_code": robot.division,
        "active": True,
    }
    insert_new(session, Person, [row])
    person = session.scalars(select(Person).where(col(Person.key) == row["key"])).one()
    person.division_code = robot.division
    return person
