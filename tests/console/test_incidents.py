"""``/incidents`` and its API: what the store and the command tell, and what people do there."""

from datetime import timedelta

from sqlmodel import Session, select

from models.audit import AuditEntry
from models.incident import Incident, IncidentStep
from models.mail import OutboundMail
from models.roles import Role
from models.types import IncidentState
from tests.console.conftest import Console
from tests.console.offices import UNIT
from tests.console.people import signed_in
from tests.places import AS_OF
from worker.bootstrap import services
from worker.core.times import VIETNAM
from worker.render.incidents import says


def stored(console: Console) -> list[Incident]:
    with services(console.settings) as found, Session(found.engine) as session:
        query = select(Incident).where(Incident.state == IncidentState.OPEN)
        return list(session.exec(query.order_by(Incident.id)))  # type: ignore[arg-type]


def test_the_list_shows_every_open_incident_of_the_store_with_its_numbers(office: Console) -> None:
    known = stored(office)
    assert known
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/incidents").text
        assert f"{len(known)} dòng" in page
        for each in known[:50]:
            assert f'href="/incidents/{each.id}"' in page
            assert says(each.kind.value, each.value) in page


def test_filters_and_the_order_stand_in_the_address(office: Console) -> None:
    known = stored(office)
    kind = known[0].kind
    of_kind = [each for each in known if each.kind is kind]
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/incidents", kind=kind.value, sort="unit", dir="desc").text
        assert f"{len(of_kind)} dòng" in page
        places = [page.index(f'href="/incidents/{each.id}"') for each in of_kind]
        in_order = sorted(of_kind, key=lambda each: each.unit, reverse=True)
        units = [each.unit for each in in_order]
        by_place = [each.unit for _, each in sorted(zip(places, of_kind, strict=True))]
        assert by_place == units
        over = person.get("/incidents", state="resolved").text
        assert "Không có cảnh báo nào như vậy" in over
        assert "Không có cảnh báo nào như vậy" in person.get("/incidents", taken="yes").text
        assert person.get("/incidents", kind="none-such", state="x").status_code == 200


def test_the_api_tells_what_the_page_shows(office: Console) -> None:
    known = stored(office)
    with signed_in(office, Role.VIEWER) as person:
        told = person.call("GET", "/api/v1/incidents?limit=2&offset=1").json()
        assert told["total"] == len(known)
        assert [each["id"] for each in told["items"]] == [known[1].id, known[2].id]
        assert told["items"][0]["opened_at"] == AS_OF.isoformat(timespec="seconds")
        one = person.call("GET", f"/api/v1/incidents/{known[0].id}").json()
        assert one["value"] == known[0].value
        assert one["steps"][0]["what"] == "opened"
        assert person.call("GET", "/api/v1/incidents/999999").status_code == 404


def test_one_incident_shows_its_history_and_the_mails_that_spoke_of_it(office: Console) -> None:
    known = stored(office)[0]
    with services(office.settings) as found, Session(found.engine) as session:
        mails = [each for each in session.exec(select(OutboundMail)) if known.id in each.incidents]
        subjects = [each.subject for each in mails]
    assert subjects
    with signed_in(office, Role.VIEWER) as person:
        page = person.get(f"/incidents/{known.id}").text
        assert "phát sinh" in page
        assert all(f'href="/mails/{each.id}"' in page for each in mails)
        assert "<form method=" not in page.split("<main")[1]


def test_a_viewer_of_a_unit_sees_its_incidents_alone(office: Console) -> None:
    known = stored(office)
    own = [each for each in known if each.unit == UNIT]
    other = next(each for each in known if each.unit != UNIT)
    with signed_in(office, Role.VIEWER, units=[UNIT]) as person:
        page = person.get("/incidents").text
        told = person.call("GET", "/api/v1/incidents").json()
        assert [each["unit"] for each in told["items"]] == [UNIT] * len(own)
        assert other.unit not in page
        assert person.get(f"/incidents/{other.id}").status_code == 404
        assert person.call("GET", f"/api/v1/incidents/{other.id}").status_code == 404
        assert person.call("GET", f"/api/v1/incidents?unit={other.unit}").json()["total"] == 0
        for each in own:
            assert person.get(f"/incidents/{each.id}").status_code == 200


def test_an_officer_is_told_what_to_do_and_asked_for_no_unit(office: Console) -> None:
    number = next(each.id for each in stored(office) if each.unit == UNIT)
    with signed_in(office, Role.VIEWER, units=[UNIT]) as person:
        page = person.get(f"/incidents/{number}").text
        assert "Việc của đơn vị" in page
        for path in (f"/discrepancies?unit={UNIT}", f"/units/{UNIT}", "/help/officer"):
            assert f'href="{path}"' in page
            assert person.client.get(path).status_code == 200
        for path in ("/incidents", "/discrepancies", "/resends", "/dossiers?view=late_portal"):
            assert '<select name="unit">' not in person.client.get(path).text, path
        missing = person.get("/incidents/999999").text
        assert "Về trang đơn vị" in missing
    with signed_in(office, Role.OPERATOR, "truc-ban") as person:
        assert "Việc của đơn vị" not in person.get(f"/incidents/{number}").text
        assert '<select name="unit">' in person.get("/incidents").text


def test_an_operator_takes_on_assigns_mutes_and_comments_with_an_audit_trail(
    office: Console,
) -> None:
    number = stored(office)[0].id
    until = AS_OF + timedelta(days=2)
    with signed_in(office, Role.OPERATOR, "truc-ban") as person:
        done = person.post(f"/incidents/{number}/acknowledge", reason="đang kiểm tra")
        assert done.headers["location"] == f"/incidents/{number}?said=incident_acknowledged"
        person.post(f"/incidents/{number}/assign", to="chuyen-vien", reason="")
        written = until.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")
        muted = person.post(f"/incidents/{number}/mute", until=written, reason="chờ đơn vị")
        assert muted.status_code == 303
        person.post(f"/incidents/{number}/comment", words="gọi 0912345678 đã báo")
        page = person.get(f"/incidents/{number}").text
        assert "truc-ban" in page
        assert "giao chuyen-vien" in page
        assert "0912345678" not in page
    with services(office.settings) as found, Session(found.engine) as session:
        row = session.get_one(Incident, number)
        assert (row.acknowledged_by, row.assigned_to) == ("truc-ban", "chuyen-vien")
        assert row.muted_until == until
        query = select(AuditEntry).where(AuditEntry.subject == f"incident {number}")
        entries = [(each.action, each.by) for each in session.exec(query)]
        names = ("acknowledged", "assigned", "muted", "commented")
        assert entries == [(f"incident_{each}", "truc-ban") for each in names]
        steps = session.exec(select(IncidentStep).where(IncidentStep.by == "truc-ban")).all()
        assert len(steps) == len(names)


def test_what_is_refused_stands_beside_the_form_with_what_was_typed(office: Console) -> None:
    number = stored(office)[0].id
    with signed_in(office, Role.OPERATOR) as person:
        over = person.post(
            f"/incidents/{number}/mute", until="2024-01-01T08:00", reason="vì sao đó"
        )
        assert over.status_code == 409
        assert "Hãy chọn thời điểm sau" in over.text
        assert "vì sao đó" in over.text
        assert 'value="2024-01-01T08:00"' in over.text
        silent = person.post(f"/incidents/{number}/mute", until="2024-07-25T08:00", reason=" ")
        assert "Hãy nêu lý do" in silent.text
        assert "Hãy ghi nội dung" in person.post(f"/incidents/{number}/comment", words=" ").text
    with services(office.settings) as found, Session(found.engine) as session:
        assert session.get_one(Incident, number).muted_until is None


def test_an_incident_that_is_over_takes_comments_alone(office: Console) -> None:
    number = stored(office)[0].id
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        row = session.get_one(Incident, number)
        row.state, row.resolved_at = IncidentState.RESOLVED, AS_OF
        session.add(row)
    with signed_in(office, Role.OPERATOR) as person:
        page = person.get(f"/incidents/{number}").text
        assert f"/incidents/{number}/comment" in page
        assert f"/incidents/{number}/mute" not in page
        refused = person.post(f"/incidents/{number}/acknowledge")
        assert refused.status_code == 409
        assert "đã hết" in refused.text
        assert person.post(f"/incidents/{number}/comment", words="xong").status_code == 303
        assert f'href="/incidents/{number}"' in person.get("/incidents", state="resolved").text


def test_the_api_acts_like_the_page_and_viewers_may_not(office: Console) -> None:
    number = stored(office)[0].id
    with signed_in(office, Role.OPERATOR) as person:
        told = person.call("POST", f"/api/v1/incidents/{number}/acknowledge", {}).json()
        assert told["acknowledged_by"] == "operator"
        body = {"until": "2024-07-26T08:00:00+07:00", "reason": "bảo trì"}
        muted = person.call("POST", f"/api/v1/incidents/{number}/mute", body)
        assert muted.json()["muted_until"] == "2024-07-26T08:00:00+07:00"
        far = body | {"until": "9999-12-31T23:59:59+00:00"}
        assert person.call("POST", f"/api/v1/incidents/{number}/mute", far).status_code == 409
        assert person.call("POST", f"/api/v1/incidents/{number}/assign", {}).status_code == 422
    with signed_in(office, Role.VIEWER) as person:
        assert person.post(f"/incidents/{number}/acknowledge").status_code == 403
        refused = person.call("POST", f"/api/v1/incidents/{number}/comment", {"text": "x"})
        assert (refused.status_code, refused.json()["error"]) == (403, "may_not")


def test_a_form_without_its_token_does_nothing_to_an_incident(office: Console) -> None:
    number = stored(office)[0].id
    with signed_in(office, Role.OPERATOR) as person:
        assert person.client.post(f"/incidents/{number}/acknowledge").status_code == 403
    assert stored(office)[0].acknowledged_by is None


def test_the_list_is_downloaded_as_it_is_filtered_and_of_own_units_alone(office: Console) -> None:
    known = stored(office)
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/incidents", sort="unit").text
        assert 'href="/incidents/file?sort=unit&amp;dir=asc&amp;form=csv"' in page
        lines = person.get("/incidents/file", form="csv", sort="unit").text.splitlines()
        assert len(lines) == 1 + len(known)
        units = [each.unit for each in sorted(known, key=lambda each: each.unit)]
        assert lines[1].startswith(f"{known[[each.unit for each in known].index(units[0])].id},")
        over = person.get("/incidents/file", form="csv", state="resolved").text
        assert len(over.splitlines()) == 1
    with signed_in(office, Role.VIEWER, "nguoi-so", units=[UNIT]) as person:
        own = [each for each in known if each.unit == UNIT]
        rows = person.get("/incidents/file", form="csv").text.splitlines()
        assert len(rows) == 1 + len(own)
