"""Every route with every kind of caller: who may does, nobody else does, nobody sees too much."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from zipfile import ZipFile

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
from models.statement import Statement
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from tests.places import AS_OF
from worker.bootstrap import services
from worker.console.app import ROUTERS
from worker.console.asking import Access
from worker.journey.accounts import add_token
from worker.journey.addressing import add_recipient
from worker.journey.entering import who_holds

OWN, OTHER = "H99.01", "H99.02"
_SAFE = {"GET", "HEAD"}
_OF_A_UNIT = re.compile(r"\{(unit|dossier|code|incident)\}|statements/\{number\}")
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
        statement = session.exec(select(Statement.id).where(Statement.unit == unit)).first()
        values = {
            "units/code": unit,
            "dossiers/number": str(dossier),
            "discrepancies/discrepancy": str(discrepancy or 1),
            "dossiers/dossier": str(dossier),
            "closes/month": "2024-06",
            "statements/number": str(statement or 1),
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
    sign_for(office, "", OWN, OTHER)
    own, other = sample(office, OWN), sample(office, OTHER)
    secrets = [*foreign(office), entered_for(office, OTHER)]
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
                    if there is other and _OF_A_UNIT.search(route.path):
                        assert answer.status_code == 404, f"{told}: {answer.status_code}"


# What is asked for behind the question mark: {} stands for a unit.
_QUERIES = (
    "/index/units/{}?month=2024-07",
    "/api/v1/index?month=2024-07&unit={}",
    "/reports/file?month=2024-07&form=json&unit={}",
    "/api/v1/reports/file?month=2024-07&format=json&unit={}",
    "/discrepancies?unit={}",
    "/dossiers?view=late_portal&unit={}",
)
_LISTS = (
    "/index/months?code=2.1&way=counted",
    "/index/months?code=TDGQ_pct",
    "/api/v1/index?month=2024-07",
    "/api/v1/index/units?month=2024-07&code=2.1",
    "/reports?month=2024-07",
    "/reports?unit=H99.02",
    "/reports/statements?kind=signed",
    "/reports/statements/file?form=csv",
    "/api/v1/statements?kind=signed",
    "/reports/corrections?month=2024-07",
    "/api/v1/closes/2024-07/corrections",
)


@pytest.mark.parametrize("path", _QUERIES)
def test_another_unit_asked_for_by_name_is_answered_as_if_it_did_not_exist(
    office: Console, path: str
) -> None:
    secrets = foreign(office)
    with signed_in(office, Role.VIEWER, "cua-so", [OWN]) as bound:
        own = bound.client.get(path.format(OWN))
        assert own.status_code == 200
        assert [each for each in secrets if each in own.text] == []
        refused = [bound.client.get(path.format(code)) for code in (OTHER, "H99", "H99.77")]
        assert [each.status_code for each in refused] == [404, 404, 404]
        # Word for word the same sentence, but for the code that was typed.
        said = {_message(each).replace(OTHER, "H99").replace("H99.77", "H99") for each in refused}
        assert len(said) == 1


def _message(answer: httpx.Response) -> str:
    if answer.headers["content-type"].startswith("application/json"):
        return str(answer.json()["message"])
    found = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert found is not None
    return found[1]


def test_lists_hold_only_what_is_of_the_own_unit(office: Console) -> None:
    sign_for(office, "", OWN, OTHER)
    secrets = foreign(office)
    with signed_in(office, Role.VIEWER, "cua-so", [OWN]) as bound:
        for path in _LISTS:
            answer = bound.client.get(path)
            assert answer.status_code == 200, path
            seen = [each for each in secrets if each in answer.text and each not in path]
            assert seen == [], f"{path} shows {seen[:3]}"


@pytest.mark.parametrize("form", ["xlsx", "docx", "html", "json", "csv"])
def test_no_file_of_the_own_report_names_another_unit(office: Console, form: str) -> None:
    secrets = foreign(office)
    with signed_in(office, Role.VIEWER, "cua-so", [OWN]) as bound:
        answer = bound.get("/reports/file", month="2024-07", form=form)
        words = "".join(texts_in(answer.content))
    assert "Sở Thử Nghiệm" in words
    assert [each for each in secrets if each in words] == []


def texts_in(content: bytes) -> Iterator[str]:
    """What a file says; of an archive all its parts."""
    if not content.startswith(b"PK"):
        yield unescape(content.decode())
        return
    with ZipFile(BytesIO(content)) as found:
        for name in found.namelist():
            yield unescape(found.read(name).decode(errors="replace"))


def entered_for(console: Console, unit: str) -> str:
    """The address of somebody who now gets the mails about a unit."""
    with services(console.settings) as found:
        chosen = found.directory.get(unit)
        assert chosen is not None
        return add_recipient(found, chosen, "kin@noi-khac.example", "officer", "kiem-thu").email


def sign_for(console: Console, *units: str) -> None:
    """Sign July's statement of each of these, "" being the province."""
    with signed_in(console, Role.APPROVER, "nguoi-ky") as person:
        for unit in units:
            fields = {"month": "2024-07", "unit": unit, "role": "Chánh Văn phòng"}
            done = person.post("/reports/sign", as_of=AS_OF.isoformat(), note=unit, **fields)
            assert done.status_code == 303, done.text


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
