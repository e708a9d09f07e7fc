"""A small growth program for the journeys."""

from typing import Any

from growth import program
from growth.models import Wallet

PROGRAM = """
version: 1
segments:
  - code: gold-cards
    name: {en: Gold cards}
    rule: {event: card.bound, times: {min: 1}}
  - code: staff
    name: {en: Staff}
    rule: {tag: staff}
levels:
  window_days: 0
  steps:
    - {code: bronze, name: {en: Bronze, zh-hans: 青铜}, from: 0}
    - {code: silver, name: {en: Silver, zh-hans: 白银}, from: 100}
  downgrade: {policy: never, buffer_days: 0}
tasks:
  - code: bind-card
    name: {en: Bind a card, zh-hans: 绑定银行卡}
    kind: once
    event: card.bound
    reward: {points: 100, growth: 60}
    points_expire: {after_days: 30}
  - code: pay-twice
    name: {en: Pay twice, zh-hans: 支付两次}
    kind: cumulative
    event: payment.completed
    target: 2
    claim: manual
    reward: {points: 50, growth: 50}
  - code: after-card
    name: {en: After the card}
    kind: once
    event: bill.paid
    requires: [bind-card]
    reward: {points: 10}
  - code: staff-only
    name: {en: For staff}
    kind: once
    event: bill.paid
    segment: staff
    reward: {points: 10}
  - code: over
    name: {en: Over}
    kind: once
    event: card.bound
    ends: 2020-01-01
    reward: {points: 10}
  - code: log-in
    name: {en: Log in}
    kind: streak
    event: app.logged_in
    target: 3
    reward: {points: 5}
benefits:
  - code: coffee
    name: {en: Coffee voucher, zh-hans: 咖啡券}
    kind: voucher
    price: 80
    stock: 10
    per_customer: 1
"""


def load(text: str = PROGRAM) -> Any:
    """Load a program, as ``load_program`` does."""
    Wallet.objects.get_or_create(customer=None)
    return program.load(program.read(text))
