"""Every route with every kind of caller: who may does, nobody else does, nobody sees too much."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlmodel import Session, col, select

from models.dossier import Dossier, DossierCode, DossierRecord
from models.incident import Incident
from models.mail import OutboundMail
from models.operator import ApiToken, Operator
from models.reconciliation import Discrepancy, Reconciliation
from models.roles import Role
from models.source import Quarantine, SyncRun
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from worker.bootstrap import services
from worker.console.app import ROUTERS
from worker.console.asking import Access
from worker.journey.accounts import add_token
from worker.journey.entering import who_holds

OWN, OTHER = "H99.01", "H99.02"
_SAFE = {"GET", "HEAD"}
_OF_A_UNIT = re.compile(r"(units|dossiers|incidents|discrepancies|resends)/\{")
# For people who are not signed in yet.
_OPEN = {"/sign-in", "/password/{token}", "/language"}
_ENTERED = {200, 202, 204, 303, 404, 409, 422}
_ROLES = tuple(Role)

ROUTES: Sequence[APIRoute] = sorted(
    (each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)),
    key=lambda each: (each.path, sorted(each.methods or ())),
)
GUARDED = [each for each in ROUTES if each.path not in _OPEN]


def accesses(dependant: Dependant) -> Iterator[Access]:
    for each in dependant.dependencies:
        if isinstance(each.call, Access):
            yield each.call
        yield from accesses(each)


def methods_of(route: APIRoute) -> frozenset[str]:
    return frozenset(route.methods or ())


def access_of(route: APIRoute) -> Access:
    found = list(accesses(route.dependant))
    assert len(found) == 1, f"{route.path} has to say who may, once"
    return found[0]


def named(route: APIRoute) -> str:
    return f"{'/'.join(sorted(methods_of(route)))} {route.path}"


@dataclass(frozen=True)
class Sample:
    """Something of each kind that addresses speak of, belonging to one unit where it can."""

    values: dict[str, str]

    def fill(self, path: str) -> str:
        """An address with something that is there in place of each name."""
        filled = path
        while found := re.search(r"/([^/{}]+)/\{([^}]+)\}", filled):
            room, name = found[1], found[2].split(":")[0]
            # By what comes before, as several kinds of things have numbers.
            told = self.values.get(f"{room}/{name}", self.values.get(name))
            assert told is not None, f"{path}: what may stand for {room}/{name}?"
            filled = f"{filled[: found.start()]}/{room}/{told}{filled[found.end() :]}"
        return filled


def sample(console: Console, unit: str) -> Sample:
    with services(console.settings) as found, Session(found.engine) as session:
        record = session.exec(
            select(DossierRecord).where(DossierRecord.unit == unit).limit(1)
        ).one()
        dossier = record.dossier_id
        code = session.exec(select(DossierCode.code).where(DossierCode.dossier_id == dossier))
        discrepancy = session.exec(select(Discrepancy.id).where(Discrepancy.unit == unit)).first()
        incident = session.exec(select(Incident.id).where(Incident.unit == unit)).first()
        values = {
            "units/code": unit,
            "dossiers/number": str(dossier),
            "discrepancies/discrepancy": str(discrepancy or 1),
            "dossiers/dossier": str(dossier),
            "closes/month": "2024-06",
            "statements/number": "1",
            "incidents/number": str(incident or 1),
            "resends/number": "1",
            "runs/run_id": str(session.exec(select(SyncRun.id).order_by(col(SyncRun.id))).first()),
            "mails/number": str(session.exec(select(OutboundMail.id)).first() or 1),
            "quarantine/number": str(session.exec(select(Quarantine.id)).first() or 1),
            "reconciliations/number": str(session.exec(select(Reconciliation.id)).first()),
            "operators/name": str(session.exec(select(Operator.name)).first()),
            "people/name": str(session.exec(select(Operator.name)).first()),
            "tokens/number": str(session.exec(select(ApiToken.id)).first() or 1),
            "sources/name": "tinh",
            "act": "cancel",
            "kind": "xlsx",
            "code": str(code.first()),
        }
    return Sample(values)


@contextmanager
def everybody(console: Console) -> Iterator[dict[str, Person]]:
    """One person of each role, and a viewer of one unit."""
    with ExitStack() as stack:
        people = {role.value: stack.enter_context(signed_in(console, role)) for role in _ROLES}
        bound = signed_in(console, Role.VIEWER, "cua-so", [OWN])
        yield {**people, "bound": stack.enter_context(bound)}


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_every_route_says_who_may(route: APIRoute) -> None:
    access = access_of(route)
    if not methods_of(route) & _SAFE:
        assert access.role is not Role.VIEWER or route.path in _OF_EVERYBODY


# What anybody may change: only what is their own.
_OF_EVERYBODY = {
    "/sign-out",
    # Computed again and compared; nothing is kept.
    "/api/v1/statements/{number}/verify",
    "/reports/statements/{number}/verify",
    "/account/end-sessions",
    "/account/password",
    "/account/tokens",
    "/account/tokens/{number}/revoke",
    "/api/v1/account/tokens",
    "/api/v1/account/tokens/{number}",
}


def test_nobody_gets_in_without_an_account(office: Console) -> None:
    there = sample(office, OWN)
    for route in GUARDED:
        for method in methods_of(route):
            answer = office.client.request(method, there.fill(route.path))
            told = f"{method} {route.path}: {answer.status_code}"
            if method in _SAFE and not route.path.startswith("/api/"):
                assert answer.status_code == 303, told
                assert answer.headers["location"].startswith("/sign-in"), told
            else:
                assert answer.status_code == 401, told
            assert "default-src 'none'" in answer.headers["content-security-policy"], told


def test_each_role_opens_what_it_may_and_nothing_else(office: Console) -> None:
    there = sample(office, OWN)
    with everybody(office) as people:
        for route in GUARDED:
            access = access_of(route)
            for name, person in people.items():
                role = Role.VIEWER if name == "bound" else Role(name)
                may = _ROLES.index(role) >= _ROLES.index(access.role)
                may = may and (name != "bound" or not access.is_whole)
                for method in methods_of(route) & _SAFE:
                    answer = opened(person, method, there.fill(route.path))
                    told = f"{name}: {method} {route.path}: {answer.status_code}"
                    assert (answer.status_code in _ENTERED) is may, told
                    assert may or answer.status_code == 403, told
                if not may:
                    for method in methods_of(route) - _SAFE:
                        answer = person.call(method, there.fill(route.path), {})
                        assert answer.status_code == 403, f"{name}: {method} {route.path}"


def test_no_page_changes_anything_without_its_token(office: Console) -> None:
    there = sample(office, OWN)
    with signed_in(office, Role.ADMIN) as admin:
        for route in GUARDED:
            for method in methods_of(route) - _SAFE:
                answer = admin.client.request(method, there.fill(route.path))
                assert answer.status_code == 403, f"{method} {route.path}"


def test_whoever_sees_one_unit_sees_nothing_of_another(office: Console) -> None:
    own, other = sample(office, OWN), sample(office, OTHER)
    secrets = foreign(office)
    with signed_in(office, Role.VIEWER, "cua-so", [OWN]) as bound:
        for route in GUARDED:
            if access_of(route).is_whole:
                continue
            for method in methods_of(route) & _SAFE:
                for there in (own, other):
                    answer = opened(bound, method, there.fill(route.path))
                    told = f"{method} {there.fill(route.path)}"
                    seen = [each for each in secrets if each in answer.text and each not in told]
                    assert seen == [], f"{told} shows {seen[:3]}"
                    if there is other and re.search(
                        r"\{(unit|dossier|code|incident)\}", route.path
                    ):
                        assert answer.status_code == 404, f"{told}: {answer.status_code}"


def test_a_token_may_no_more_than_it_was_given(office: Console) -> None:
    there = sample(office, OWN)
    with (
        signed_in(office, Role.ADMIN) as admin,
        services(office.settings) as found,
    ):
        who = who_holds(found, str(admin.client.cookies["doisoat_session"]))
        assert who is not None
        made = add_token(found, who, "kiem-thu", Role.VIEWER)
        headers = {"Authorization": f"Bearer {made.secret}"}
        with httpx.Client(base_url=office.client.base_url, headers=headers, timeout=60) as client:
            for route in GUARDED:
                access = access_of(route)
                for method in methods_of(route):
                    if access.role is not Role.VIEWER:
                        answer = client.request(method, there.fill(route.path))
                        assert answer.status_code == 403, f"{method} {route.path}"


def opened(person: Person, method: str, path: str) -> httpx.Response:
    """An answer; of a stream only its beginning."""
    with person.client.stream(method, path) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return httpx.Response(answer.status_code, request=answer.request)
        answer.read()
        return answer


def foreign(console: Console) -> list[str]:
    """What only those of another unit may read: its code and names, its dossiers' codes."""
    with services(console.settings) as found, Session(found.engine) as session:
        query = (
            select(DossierCode.code)
            .join(Dossier, col(Dossier.id) == DossierCode.dossier_id)
            .join(DossierRecord, col(DossierRecord.dossier_id) == Dossier.id)
            .where(DossierRecord.unit != OWN)
        )
        ours = set(
            session.exec(
                select(DossierCode.code)
                .join(DossierRecord, col(DossierRecord.dossier_id) == DossierCode.dossier_id)
                .where(DossierRecord.unit == OWN)
            )
        )
        codes = sorted(set(session.exec(query)) - ours)
        names = [
            word
            for unit in found.directory.units
            if unit.code not in {OWN, "H99"}
            for word in (unit.code, unit.name)
        ]
    return [*names, *codes]
