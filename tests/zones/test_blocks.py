"""What an editor may publish."""

import pytest
from wagtail.blocks import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from content.blocks import ProductCardBlock
from content.blocks.fields import ICONS, check_link
from content.blocks.products import STATUTORY_RISK_PHRASES
from tests.zones import world
from zones.blocks import FunnelBlock


def funnel(*names):
    block = FunnelBlock()
    return block, block.to_python([world.stage(name, world.quote("x")) for name in names])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "names", [("interest", "attention"), ("trust", "trust"), ("referral", "attention")]
)
def test_stages_stand_once_and_in_order(names):
    block, value = funnel(*names)

    with pytest.raises(StreamBlockValidationError) as caught:
        block.clean(value)

    assert caught.value.non_block_errors


@pytest.mark.django_db
def test_stages_may_be_left_out():
    block, value = funnel("attention", "trust", "referral")

    assert len(block.clean(value)) == 3


def card(**facts):
    block = ProductCardBlock()
    return block.clean(block.to_python({"product_class": "deposit", "name": "N"} | facts))


def refused(**facts) -> set[str]:
    with pytest.raises(StructBlockValidationError) as caught:
        card(**facts)
    return set(caught.value.block_errors)


@pytest.mark.parametrize("kind", ["wealth", "insurance", "loan"])
def test_what_carries_risk_says_so(kind):
    assert "risk_text" in refused(product_class=kind, risk_level="R2" if kind == "wealth" else "")


@pytest.mark.parametrize("phrase", STATUTORY_RISK_PHRASES)
def test_a_wealth_product_carries_the_sentence_of_the_law(phrase):
    facts = {"product_class": "wealth", "risk_level": "R2"}

    assert refused(**facts, risk_text="Prices may fall.") == {"risk_text"}
    assert card(**facts, risk_text=f"{phrase} More to read.")


def test_a_wealth_product_has_a_risk_level_and_nothing_else_does():
    text = STATUTORY_RISK_PHRASES[0]

    assert refused(product_class="wealth", risk_text=text) == {"risk_level"}
    assert refused(product_class="deposit", risk_level="R1") == {"risk_level"}


def test_a_rate_has_its_basis():
    assert refused(figure="1.35%") == {"basis"}
    assert card(figure="1.35%", basis="Posted rate of May.")


@pytest.mark.parametrize("link", ["/zones/a/", "#tasks", "app://cards/add?x=1", "https://a.b/c"])
def test_links_stay_where_we_can_see_them(link):
    check_link(link)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "//evil.example", "/\\evil", "data:text/html,x", "http://a.b"]
)
def test_other_links_are_refused(link):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        check_link(link)


def test_every_icon_exists():
    from lucide.templatetags.lucide import lucide

    for name, _label in ICONS:
        assert lucide(name).startswith("<svg")
