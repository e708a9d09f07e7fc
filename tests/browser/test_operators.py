"""Operators at their desk: what they change is what customers see."""

import pytest

from growth.admin import words
from growth.models import Customer, GrowthTask, Segment
from tests.browser.phone import Phone
from zones.demo import staff
from zones.models import ZonePage

ADMIN = "/admin/"
WORDS = "[data-gz-preview]:not([aria-busy])"
PREVIEWS = """
    return [...document.querySelectorAll(".w-preview__iframe")]
        .filter((one) => one.checkVisibility({opacityProperty: true, visibilityProperty: true}))
        .map((one) => one.contentDocument?.querySelector(".hero p")?.innerText ?? "");
"""


@pytest.fixture
def desk(phone):
    """The same browser as wide as a desk's."""
    phone.window(1440, 1000)
    yield phone
    phone.window(390, 844)


def log_in(desk: Phone, name: str) -> None:
    desk.open("/admin/login/")
    desk.find("#id_username").send_keys(name)
    desk.find("#id_password").send_keys(staff.PASSWORD)
    desk.tap("button[type=submit]")
    desk.until(lambda: desk.path == ADMIN, "the admin opens")


def write(desk: Phone, selector: str, text: str) -> None:
    field = desk.find(selector)
    desk.js("arguments[0].scrollIntoView({block: 'center'})", field)
    field.clear()
    field.send_keys(text)


def add_block(desk: Phone, label: str) -> None:
    """Choose a block in a stream's menu."""
    desk.tap(".c-sf-add-button")
    options = "[role=listbox] [role=option]"
    desk.until(lambda: desk.shown(options), "the menu of blocks")
    next(one for one in desk.all(options) if one.text.strip() == label).click()


def save(desk: Phone) -> None:
    before = desk.driver.current_url
    desk.tap("#w-editor-form [type=submit]:not([name=action-publish])")
    desk.until(lambda: desk.driver.current_url != before, "it is saved")


def test_what_an_editor_writes_and_a_reviewer_publishes_is_what_customers_see(desk, album):
    page = ZonePage.objects.get(slug="payroll", locale__language_code="en")
    editing = f"/admin/pages/{page.pk}/edit/"
    log_in(desk, "editor")
    desk.open(editing, settled=False)

    write(desk, "#id_intro", "Straight from the editor's desk.")
    desk.tap("button[aria-label*='preview' i]")
    desk.until(lambda: any("editor's desk" in text for text in desk.js(PREVIEWS)), "the preview")
    desk.picture("admin-preview", album)
    desk.tap("footer button.action-save")
    desk.until(lambda: desk.shown(".messages .success"), "it is saved")
    assert not desk.all("[name=action-publish]")
    assert "editor's desk" not in ZonePage.objects.get(pk=page.pk).intro
    assert desk.complaints() == []

    desk.leave()
    log_in(desk, "reviewer")
    desk.open(editing, settled=False)
    desk.tap("footer [data-w-dropdown-target='toggle']")
    desk.until(lambda: desk.shown("[name=action-publish]"), "the menu")
    desk.find("[name=action-publish]").click()
    desk.until(lambda: ZonePage.objects.filter(pk=page.pk, intro__contains="desk"), "it is live")
    assert desk.complaints() == []

    desk.leave()
    desk.window(390, 844)
    desk.enter("demo-payroll", "/zones/payroll/")
    assert "editor's desk" in desk.text(".hero")


def test_a_segment_is_built_without_writing_a_rule(desk, album):
    log_in(desk, "campaign")
    desk.open("/admin/growth/segments/new/", settled=False)
    desk.picture("admin-segment-empty", album)

    write(desk, "[name=name_en]", "Grandparents by the river")
    write(desk, "[name=code]", "grandparents")
    add_block(desk, "Age")
    write(desk, "[name=conditions-0-value-least]", "66")
    desk.until(lambda: "66" in desk.text(WORDS), "the condition in words")
    desk.picture("admin-segment", album)
    save(desk)

    made = Segment.objects.get(code="grandparents")
    assert made.rule == {"all": [{"age": {"min": 66}}]}
    assert desk.complaints() == []


def press(desk: Phone, selector: str, path: str) -> None:
    """Press a button that leads to another page."""
    button = desk.find(selector)
    desk.js("arguments[0].scrollIntoView({block: 'center'})", button)
    desk.js("arguments[0].click()", button)
    desk.until(lambda: desk.path.startswith(path), f"{path} opens")


def test_a_task_is_made_with_the_form_and_put_live_by_a_second_person(desk, album):
    log_in(desk, "campaign")
    desk.open("/admin/growth/tasks/new/", settled=False)
    desk.picture("admin-task-empty", album)
    write(desk, "[name=name_en]", "Buy a ticket for the tram")
    write(desk, "[name=code]", "tram-ticket")
    write(desk, "[name=event]", "tram.boarded")
    write(desk, "[name=target]", "3")
    write(desk, "[name=reward_points]", "15")
    desk.picture("admin-task", album)
    save(desk)
    assert not GrowthTask.objects.filter(code="tram-ticket").exists()

    write(desk, "[name=reason]", "Trams are the city's idea for spring.")
    desk.picture("admin-draft", album)
    press(desk, "form[action$='/drafts/tram-ticket/'] [type=submit]", "/admin/approvals/inspect/")
    assert not desk.all("[name=decision][value=approve]")

    desk.leave()
    log_in(desk, "reviewer")
    assert "Buy a ticket for the tram" in desk.text("main")
    desk.picture("admin-waiting", album)
    press(desk, "main .gz-warnings a", "/admin/approvals/inspect/")
    desk.picture("admin-approval", album)
    press(desk, "[name=decision][value=approve]", "/admin/approvals/inspect/")
    desk.until(lambda: GrowthTask.objects.filter(code="tram-ticket").exists(), "it is live")
    task = GrowthTask.objects.get(code="tram-ticket")
    assert task.name["en"] == "Buy a ticket for the tram"
    assert desk.complaints() == []


def test_points_are_adjusted_on_the_customers_page(desk, album):
    customer = Customer.objects.get(ref="demo-city")
    log_in(desk, "support")
    desk.open(f"/admin/customers/list/inspect/{customer.pk}/", settled=False)
    press(desk, "a[href*='/approvals/adjust/']", "/admin/approvals/adjust/")
    write(desk, "[name=points]", "120")
    write(desk, "[name=cost_centre]", "CC-SERVICE")
    write(desk, "[name=reason]", "The app was down on the day of the campaign.")
    desk.picture("admin-adjust", album)
    press(desk, "#w-editor-form [type=submit]", "/admin/approvals/inspect/")

    assert "120" in desk.text("main")
    assert desk.complaints() == []


def test_the_words_beside_a_form_are_those_of_the_form(desk):
    task = GrowthTask.objects.get(code="verify-identity")
    log_in(desk, "campaign")
    desk.open(f"/admin/growth/tasks/edit/{task.pk}/", settled=False)
    assert "100 points" in desk.text(WORDS)

    write(desk, "[name=reward_points]", "77")
    desk.until(lambda: "77 points" in desk.text(WORDS), "what was typed in words")
    desk.js("document.querySelector('[name=reward_points]').value = '78'")
    desk.until(lambda: "78 points" in desk.text(WORDS), "what a script has filled in")

    desk.cdp("Network.enable")
    desk.cdp("Network.setBlockedURLs", urls=["*/preview/*"])
    write(desk, "[name=reward_points]", "79")
    desk.until(lambda: "just now" in desk.text("[data-gz-preview]"), "that nothing is known")
    assert "points" not in desk.text("[data-gz-preview]")
    desk.cdp("Network.setBlockedURLs", urls=[])
    desk.until(lambda: "79 points" in desk.text(WORDS), "another try")


def test_the_words_beside_a_refused_form_are_not_those_of_what_is_stored(desk):
    task = GrowthTask.objects.get(code="verify-identity")
    log_in(desk, "campaign")
    desk.open(f"/admin/growth/tasks/edit/{task.pk}/", settled=False)

    write(desk, "[name=event]", " ")
    desk.tap("#w-editor-form [type=submit]:not([name=action-publish])")

    desk.until(lambda: desk.shown(".messages .error"), "it is refused")
    desk.until(lambda: "missing" in desk.text(WORDS), "what is missing")


def test_the_customer_page_tells_a_customers_story(desk, album):
    customer = Customer.objects.get(ref="demo-city")
    log_in(desk, "support")
    desk.open(f"/admin/customers/list/inspect/{customer.pk}/", settled=False)

    story = desk.text("main")
    newest = words.event(customer.events.latest("time", "pk").type)
    for part in ("demo-city", "Level", "Growth value", "Points", newest):
        assert part in story, part
    desk.picture("admin-customer", album)
    assert desk.complaints() == []


@pytest.mark.parametrize("name", staff.GROUPS)
def test_every_operator_has_a_home(desk, album, name):
    log_in(desk, name)

    assert desk.shown("main h1")
    assert desk.complaints() == []
