"""Names and Role Provisioning (NRPS 2.0): who is in the course, and by which user id.

An identity is joined on itself and on nothing else: an address on an address, a school's id on a
school's id. Where two members fit, or two identities of a student lead to two members, nobody does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from grader.lms.push.service import PushError, Service

if TYPE_CHECKING:
    from grader.model.submission import Student

MEMBERS_READ: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEMBERS_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@dataclass(frozen=True)
class Member:
    """Somebody in a course."""

    user_id: str
    email: str
    sis_id: str
    learns: bool
    active: bool


class Roster:
    """The members of a course."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._members = list(members)

    def user_of(self, student: Student) -> tuple[str | None, str]:
        """Return the user id of a student; where there is none, why."""
        known = student.lti_sub or student.user_id
        by_id = {m for m in self._members if m.user_id == known}
        found = by_id if known else self._joined(student)
        if len(found) != 1:
            count = "no member" if not found else "more than one member"
            by = "its user id" if known else "its address and its school's id"
            return None, f"{count} of the course fits its student by {by}"
        (member,) = found
        if not (member.learns and member.active):
            return None, "its student is no active learner in the course, which takes no score then"
        return member.user_id, ""

    def _joined(self, student: Student) -> set[Member]:
        email = (student.email or "").casefold()
        by_email = {m for m in self._members if email and m.email.casefold() == email}
        by_sis = {m for m in self._members if student.sis_id and m.sis_id == student.sis_id}
        return by_email | by_sis


def read_roster(service: Service, address: str) -> Roster:
    """Return everybody whom the platform names, page by page."""
    members: list[Member] = []
    for reply in service.pages(address, headers={"Accept": MEMBERS_TYPE}):
        found = service.json(reply, dict).get("members")
        if not isinstance(found, list):
            raise PushError(f"{address} answers with no members")
        members += [_member(m) for m in found if isinstance(m, dict) and m.get("user_id")]
    return Roster(members)


def _member(data: dict[str, Any]) -> Member:
    roles = data.get("roles")
    return Member(
        str(data["user_id"]),
        str(data.get("email") or ""),
        str(data.get("lis_person_sourcedid") or ""),
        any(_learns(str(role)) for role in roles) if isinstance(roles, list) else True,
        data.get("status", "Active") == "Active",
    )


def _learns(role: str) -> bool:
    """Tell a learner of the course, short or as an address, from one of the institution."""
    return "Learner" in role and "institution" not in role
