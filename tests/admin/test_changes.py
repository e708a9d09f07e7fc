"""From an editor's form to what customers earn: nobody goes the whole way alone."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from growth import bankday, changes, drafts, jobs, program
from growth.admin import coming
from growth.models import ChangeRequest, Customer, GrowthTask, TaskDraft, TaskVersion, Wallet
from tests.admin.conftest import PROGRAM
from tests.admin.pages import form_values, stream
from tests.growth import world

VERIFY = PROGRAM["tasks"][0]


@pytest.fixture
def sign(client, operator):
    """Sign in as somebody of these groups, made at first need; returns the client."""

    def as_somebody(name, *groups):
        users = get_user_model().objects
        user = users.filter(username=name).first() or operator(name, *groups)
        client.force_login(user)
        return client

    return as_somebody


def edit(client, code="verify", **facts):
    """Change a task by its form, as a browser would."""
    url = reverse("growth_tasks:edit", args=[GrowthTask.objects.get(code=code).pk])
    posted = {**form_values(client.get(url)), **stream("where"), **facts}
    return client.post(url, posted)


def send(client, code="verify", **facts):
    page = reverse("task_drafts:page", args=[code])
    return client.post(page, {"reason": "Spring campaign", **facts})


def decide(client, decision="approve", comment=""):
    change = ChangeRequest.objects.latest("pk")
    address = reverse("changes:decide", args=[change.pk])
    return client.post(address, {"decision": decision, "comment": comment}, follow=True)


def verified(ref):
    world.take(world.event("identity.verified", ref, bankday.now().isoformat()))
    return world.balance(ref)


def test_from_the_form_to_the_next_event(sign):
    assert verified("early") == 10
    kim = sign("kim", "Campaign")
    assert edit(kim, reward_points="25").status_code == 302
    assert verified("before") == 10
    send(kim)
    page = kim.get(reverse("changes:inspect", args=[ChangeRequest.objects.get().pk]))
    assert "Approve" not in page.content.decode()
    decide(kim)
    assert verified("meanwhile") == 10

    lee = sign("lee", "Reviewers")
    page = lee.get(reverse("changes:inspect", args=[ChangeRequest.objects.get().pk]))
    for text in ("kim", "Spring campaign", "10 points", "25 points", "Approve"):
        assert text in page.content.decode()
    assert "applied" in decide(lee, comment="Good.").content.decode()

    assert verified("after") == 25
    assert [world.balance(ref) for ref in ("early", "before", "meanwhile")] == [10, 10, 10]
    assert not TaskDraft.objects.exists()


def test_who_may_do_all_still_needs_a_second_person(sign):
    """In every group and a superuser besides: their own draft waits for somebody else."""
    groups = ("Campaign", "Reviewers", "Editors", "Support", "Auditors")
    sign("max", *groups)
    get_user_model().objects.filter(username="max").update(is_superuser=True)
    client = sign("max")
    edit(client, reward_points="25")
    send(client)

    html = decide(client).content.decode()

    assert "a second person" in html
    told = sign("aud", "Auditors").get(reverse("operators_log:index")).content.decode()
    assert "Try to decide, and be refused" in told and "Nobody decides on their own request" in told
    assert verified("ada") == 10
    assert ChangeRequest.objects.get().state == "waiting"


def test_what_is_rejected_is_a_draft_again_with_the_comment(sign):
    kim = sign("kim", "Campaign")
    edit(kim, reward_points="25")
    send(kim)
    lee = sign("lee", "Reviewers")
    assert "Say why" in decide(lee, "reject").content.decode()
    decide(lee, "reject", "Too much.")

    kim = sign("kim")
    page = kim.get(reverse("task_drafts:page", args=["verify"])).content.decode()
    assert "Too much." in page
    edit(kim, reward_points="15")
    send(kim)
    decide(sign("lee"))

    assert verified("ada") == 15


def test_a_scheduled_change_is_seen_coming_and_waits_for_its_hour(sign, monkeypatch):
    kim = sign("kim", "Campaign")
    edit(kim, reward_points="25")
    later = bankday.now() + timedelta(days=3)
    send(kim, effective_at=later.strftime("%Y-%m-%d %H:%M"))
    lee = sign("lee", "Reviewers")
    assert "Waiting for you" in lee.get("/admin/").content.decode()
    decide(lee)

    home = lee.get("/admin/").content.decode()
    assert "What changes in the next 7 days" in home
    assert "Takes effect: Verify" in home
    assert "scheduled" in lee.get(reverse("growth_tasks:index")).content.decode()
    assert verified("ada") == 10
    with monkeypatch.context() as patch:
        patch.setattr(bankday, "now", lambda: later + timedelta(minutes=1))
        assert jobs.apply_changes() == 1
    assert verified("ben") == 25


def test_a_live_task_that_changed_meanwhile_is_not_overwritten(sign):
    kim = sign("kim", "Campaign")
    edit(kim, reward_points="25")
    send(kim)
    program.load({"version": 1, "tasks": [{**VERIFY, "target": 2}]})

    html = decide(sign("lee", "Reviewers")).content.decode()

    assert "changed this in the meantime" in html
    live = TaskVersion.objects.get(task__code="verify", end_release=None)
    assert (live.spec["target"], live.spec["reward"]) == (2, {"points": 10})
    assert ChangeRequest.objects.get().state == "failed"
    assert drafts.of("verify") is not None


def test_a_draft_is_tried_on_a_customer_and_nothing_is_written(sign):
    verified("ada")
    kim = sign("kim", "Campaign")
    edit(kim, reward_points="25")
    before = world.outcome()

    page = reverse("task_drafts:page", args=["verify"])
    soup = BeautifulSoup(kim.get(page, {"customer": "ada"}).content, "html.parser")

    tiles = {tile.dt.text: tile.dd.text for tile in soup.select(".gz-tile")}
    assert (tiles["Completions"], tiles["Points"], tiles["Progress today"]) == ("1", "25", "1 / 1")
    assert "No customer" in kim.get(page, {"customer": "nobody"}).content.decode()
    Customer.objects.filter(ref="ada").update(excluded="staff")
    html = kim.get(page, {"customer": "ada"}).content.decode()
    assert "excluded from rewards (staff)" in html and "rewarded for nothing" in html
    assert world.outcome() == before
    assert world.balance("ada") == 10


def test_a_draft_is_discarded(sign):
    kim = sign("kim", "Campaign")
    edit(kim, reward_points="25")
    url = reverse("task_drafts:discard", args=["verify"])
    sign("lee", "Reviewers").post(url)
    assert TaskDraft.objects.exists()

    sign("kim").post(url)

    assert not TaskDraft.objects.exists()


@pytest.mark.parametrize(
    ("name", "groups"), [("aud", ["Auditors"]), ("sup", ["Support"]), ("edi", ["Editors"])]
)
def test_a_direct_post_of_who_may_not_decides_nothing(sign, name, groups):
    kim = sign("kim", "Campaign")
    edit(kim, reward_points="25")
    send(kim)

    for decision in ("approve", "reject", "withdraw", ""):
        decide(sign(name, *groups), decision, "x")

    assert ChangeRequest.objects.get().state == "waiting"


def test_what_waits_for_the_reader_comes_first(sign, operator):
    kim = operator("kim", "Campaign")
    facts = {"kind": "points_adjustment", "reason": "r", "maker": kim}
    world.enrolled("ada")
    for points in (-1, -2):
        payload = {"customer": "ada", "points": points, "cost_centre": "", "points_expire": {}}
        # A task's right is all that Campaign has; Support asks for points.
        facts["maker"] = operator(f"sup{points}", "Support")
        changes.propose(subject=f"take {-points}", payload=payload, **facts)
    first, second = ChangeRequest.objects.order_by("pk")
    lee = sign("lee", "Reviewers")
    changes.reject(
        change_id=second.pk, checker=get_user_model().objects.get(username="lee"), comment="no"
    )

    html = lee.get(reverse("changes:index")).content.decode()

    assert html.index("take 1") < html.index("take 2")
    assert "Approvals (1)" in html


# Points ---------------------------------------------------------------------------------------


def adjust(client, ref, **facts):
    url = reverse("changes:adjust", args=[Customer.objects.get(ref=ref).pk])
    funding = {"cost_centre": "CC-1", "expiry": "after_days", "expiry_after": "30"}
    return client.post(url, {"direction": "give", "reason": "Sorry", **funding, **facts})


def test_support_asks_for_points_and_a_second_person_gives_them(sign):
    world.enrolled("ada")
    sup = sign("sup", "Support")
    page = sup.get(reverse("customers:inspect", args=[world.customer("ada").pk]))
    assert "Adjust points" in page.content.decode()
    assert adjust(sup, "ada", points="500").status_code == 302
    assert world.balance("ada") == 0

    page = sup.get(reverse("customers:inspect", args=[world.customer("ada").pk]))
    assert "sup has asked for 500 points" in page.content.decode()
    decide(sign("lee", "Reviewers"))

    lot = world.customer("ada").lots.get()
    assert (lot.remaining, lot.cost_centre) == (500, "CC-1")
    assert lot.expires_on == bankday.today() + timedelta(days=30)
    adjust(sign("sup"), "ada", points="200", direction="take", cost_centre="", expiry="")
    decide(sign("lee"))
    assert world.balance("ada") == 300


def test_many_points_are_given_by_two_others_and_everybody_sees_how_far_it_is(sign, settings):
    settings.TWO_APPROVALS_ABOVE_POINTS = 1000
    world.enrolled("ada")
    told = adjust(sign("sup", "Support"), "ada", points="1001")
    page = reverse("changes:inspect", args=[ChangeRequest.objects.get().pk])
    shown = sign("sup").get(told.url).content.decode()
    for text in ("two other people", "0 of 2 approvals", "More than 1,000 points"):
        assert text in shown

    lee = sign("lee", "Reviewers")
    assert "as the first of two" in decide(lee, comment="Fine by me.").content.decode()
    shown = lee.get(page).content.decode()
    for text in ("1 of 2 approvals", "Fine by me.", "You have approved this already", "Reject"):
        assert text in shown
    assert 'value="approve"' not in shown
    assert "Approvals (1)" not in shown
    assert "approved this already" in decide(lee).content.decode()
    assert world.balance("ada") == 0

    ann = sign("ann", "Reviewers")
    assert "1 of 2 approvals" in ann.get(reverse("changes:index")).content.decode()
    assert "Approvals (1)" in ann.get(page).content.decode()
    assert "2 of 2 approvals" in decide(ann).content.decode()
    assert world.balance("ada") == 1001


@pytest.mark.parametrize(
    "facts",
    [
        {"points": "0"},
        {"points": "-5"},
        {"points": ""},
        {"points": "10000001"},
        {"points": "5", "cost_centre": ""},
        {"points": "5", "reason": ""},
        {"points": "5", "expiry_after": ""},
        {"points": "5", "expiry": "on", "expiry_on": "2020-01-01"},
        {"points": "5", "expiry": "on", "expiry_on": ""},
    ],
)
def test_an_adjustment_needs_all_its_facts(sign, facts):
    world.enrolled("ada")

    assert adjust(sign("sup", "Support"), "ada", **facts).status_code == 200
    assert not ChangeRequest.objects.exists()


def test_campaign_cannot_adjust_a_customers_points(sign):
    world.enrolled("ada")
    assert adjust(sign("kim", "Campaign"), "ada", points="5").status_code == 302
    assert not ChangeRequest.objects.exists()


def upload(client, text, **facts):
    file = SimpleUploadedFile("gifts.csv", text.encode(), "text/csv")
    funding = {"cost_centre": "CC-2", "expiry": "end_of_month_after", "expiry_after": "12"}
    posted = {"file": file, "reason": "Anniversary", **funding, **facts}
    return client.post(reverse("changes:add"), posted)


def test_a_file_is_tried_sent_approved_and_given_once(sign):
    for ref in ("ada", "ben"):
        world.enrolled(ref)
    text = "customer_id,points,reason\nada,100,\nben,50,birthday\nnobody,7,\n"
    kim = sign("kim", "Campaign")
    page = upload(kim, text)
    for found in ("150", "nobody"):
        assert found in page.content.decode()
    assert not ChangeRequest.objects.exists()
    kim.post(reverse("changes:add"), {"token": page.context["token"]})
    decide(sign("lee", "Reviewers"))

    assert (world.balance("ada"), world.balance("ben")) == (100, 50)
    again = upload(sign("kim"), text)
    assert "given before" in again.content.decode()
    assert "token" not in BeautifulSoup(again.content, "html.parser").main.text
    assert Wallet.objects.filter(customer__ref="nobody").count() == 0


def test_a_file_with_faults_is_sent_to_nobody(sign):
    kim = sign("kim", "Campaign")
    page = upload(kim, "customer_id,points\nada,1\n,2\nben,x\ncy,1,2\n").content.decode()

    soup = BeautifulSoup(page, "html.parser")
    told = [row.td.text for row in soup.select("[role=alert] tbody tr")]
    assert told == ["3", "4", "5"]
    assert not ChangeRequest.objects.exists()


def test_only_who_read_a_file_goes_on_with_it(sign):
    world.enrolled("ada")
    page = upload(sign("kim", "Campaign"), "customer_id,points\nada,100\n")

    sign("mal", "Campaign").post(reverse("changes:add"), {"token": page.context["token"]})

    assert not ChangeRequest.objects.exists()


def test_what_begins_and_ends_soon_is_listed(bank):
    today = bankday.today()
    rows = [
        {**VERIFY, "code": "a", "name": {"en": "Alpha"}, "starts": today + timedelta(days=2)},
        {**VERIFY, "code": "b", "name": {"en": "Beta"}, "ends": today},
        {**VERIFY, "code": "c", "name": {"en": "Gamma"}, "ends": today + timedelta(days=8)},
    ]
    cup = {**PROGRAM["benefits"][0], "code": "cup", "name": {"en": "Cup"}, "ends": today}
    program.load({"version": 1, "tasks": rows, "benefits": [cup]})

    found = sorted(coming.coming(today, today + timedelta(days=7)))

    told = [((row.day - today).days, row.text) for row in found]
    assert told == [
        (0, "Last day of the benefit “Cup”"),
        (0, "Last day of the task “Beta”"),
        (2, "First day of the task “Alpha”"),
    ]


def lines_of(client, change):
    """The file's lines as the page's CSV tells them."""
    body = b"".join(client.get(reverse("changes:lines", args=[change.pk])).streaming_content)
    return [row.split(",") for row in body.decode("utf-8-sig").splitlines()[1:]]


def test_the_second_person_sees_what_is_in_a_file_before_and_after(sign):
    refs = [f"c{n}" for n in range(12)]
    for ref in refs:
        world.enrolled(ref)
    rows = [f"{ref},{n + 1}," for n, ref in enumerate(refs)]
    kim = sign("kim", "Campaign")
    page = upload(kim, "\n".join(["customer_id,points,reason", *rows, "nobody,99,=1+1"]))
    kim.post(reverse("changes:add"), {"token": page.context["token"]})
    change = ChangeRequest.objects.get()
    address = reverse("changes:inspect", args=[change.pk])

    lee = sign("lee", "Reviewers")
    shown = lee.get(address).content.decode()
    for text in (
        "13 lines, 177 points in all",
        "not known and gets nothing: nobody",
        "c11 gets 12 points",
        "c3 gets 4 points",
        "12 customers get points, 78 in all",
    ):
        assert text in shown
    assert "c2 gets 3 points" not in shown  # beside nobody's 99 the ten largest
    assert [row[-1] for row in lines_of(lee, change)] == ["not given"] * 13

    decide(lee)
    shown = lee.get(address).content.decode()
    for text in ("13 lines, 177 points in all", "c11 gets 12 points", "What was asked for"):
        assert text in shown
    table = lines_of(lee, change)
    assert [row[-1] for row in table] == ["given"] * 12 + ["the customer was not known"]
    assert table[-1][:4] == ["13", "nobody", "99", "'=1+1"]


def test_what_a_request_said_stays_to_be_seen_when_it_is_decided(sign):
    world.enrolled("ada")
    adjust(sign("sup", "Support"), "ada", points="500")
    decide(sign("lee", "Reviewers"), "reject", "Why?")
    edit(sign("kim", "Campaign"), reward_points="25")
    send(sign("kim"))
    decide(sign("lee"))
    told = {"points_adjustment": "ada gets 500 points", "task": "25 points"}
    for change in ChangeRequest.objects.all():
        shown = sign("lee").get(reverse("changes:inspect", args=[change.pk])).content.decode()
        assert told[change.kind] in shown and "What was asked for" in shown


def test_who_may_not_see_requests_gets_no_lines(sign):
    world.enrolled("ada")
    kim = sign("kim", "Campaign")
    page = upload(kim, "customer_id,points\nada,1\n")
    kim.post(reverse("changes:add"), {"token": page.context["token"]})
    address = reverse("changes:lines", args=[ChangeRequest.objects.get().pk])
    assert sign("ed", "Editors").get(address).status_code == 302
