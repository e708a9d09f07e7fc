"""What the page's script says, in the reader's language. ``_one`` is the singular of a phrase."""

import json

from django.utils.translation import gettext as _


def for_script() -> str:
    """All phrases as one JSON object, for a data attribute."""
    return json.dumps({**_numbers(), **_tasks(), **_shelf(), **_vouchers(), **_troubles()})


def _numbers() -> dict[str, str]:
    return {
        "points": _("{n} points"),
        "points_one": _("{n} point"),
        "growth": _("{n} growth value"),
        "to_next": _("{n} more to {level}"),
        "top_level": _("This is the highest level."),
        "privileges_have": _("Yours now, with {level}"),
        "privileges_next": _("Next, with {level}"),
        "keeps_until": _("Yours until {date}"),
        "to_next_plain": _("{n} more growth value and you reach {level}."),
        "keep_sure": _("{level} is yours, with no end in sight."),
        "keep_needs": _(
            "{level} is yours until {date}. With {n} more growth value by then, it stays yours."
        ),
        "keep_change": _("{level} is yours until {date}. Then the levels change."),
        "helpers": _("These tasks bring growth value"),
        "since": _("Since {date}"),
        "expiring": _("{points} expire on {date}"),
        "expiring_one": _("{points} expires on {date}"),
        "owed": _("You owe {points}"),
        "owed_why": _(
            "They were taken back after you had spent them. The points that you get next repay"
            " them; until then you have none to spend."
        ),
        "withheld": _("{points} are held"),
        "withheld_one": _("{points} is held"),
        "withheld_why": _("They stay yours. You can spend them once your bank has released them."),
        "nothing_expires": _("None of your points expire soon."),
        "pending": _("{points} on the way"),
        "no_entries": _("Nothing yet. Your first task brings your first points."),
        "more": _("Show more"),
        "saved": _("Saved."),
        "kind_earn": _("Earned"),
        "kind_grant": _("Given by the bank"),
        "kind_deduct": _("Taken off by the bank"),
        "kind_redeem": _("Redeemed"),
        "kind_refund": _("Returned"),
        "kind_expire": _("Expired"),
        "kind_reverse": _("Taken back"),
        "kind_repaid": _("Owed points repaid"),
    }


def _tasks() -> dict[str, str]:
    return {
        "claim": _("Claim"),
        "claiming": _("One moment…"),
        "claimed": _("{points} are yours."),
        "claimed_plain": _("Your reward is on its way."),
        "used_up_today": _("Today's rewards are all taken; new ones tomorrow."),
        "used_up_all": _("The rewards of this task are all taken."),
        "paused": _("Paused for now. What has counted so far stays."),
        "refused": _("{n} rewards could not be given."),
        "refused_one": _("One reward could not be given."),
        "refused_completions_a_day": _("Today's were all given out before."),
        "refused_used_up": _("All of them had been given out before."),
        "refused_per_customer": _("You have had this reward as often as possible."),
        "refused_other": _("Our service line can tell you more."),
        "go": _("Go"),
        "done": _("Done"),
        "locked": _("Not yet"),
        "progress": _("{current} of {target}"),
        "until": _("Until {date}"),
        "claim_by": _("Collect it by {date}"),
        "held_until": _("{points} on the way, here by {date}"),
        "held": _("{points} on the way; we are checking this first"),
        "missed": _("You missed {date}."),
        "make_up": _("Make up for it: {points}"),
        "make_up_price": _("Make up for {date}? It costs {points}."),
        "make_up_price_of": _("Make up for {date}? It costs {points}. You have {balance}."),
        "make_up_free": _("Make up for {date}? It costs nothing."),
        "make_up_yes": _("Yes, make up for it"),
        "make_up_limit": _("You have used all make-up days of this month."),
        "made_up": _("{date} counts now."),
        "milestone": _("At {target}: {gains}"),
        "milestone_reached": _("At {target}: {gains} – done"),
        "lapsed": _("{n} rewards were not collected in time."),
        "lapsed_one": _("One reward was not collected in time."),
        "growth_a_day": _("up to {n} growth value a day"),
        "why_nothing": _("There is nothing to tell yet."),
        "no_tasks": _("No tasks for you right now. New ones come with the new month."),
        "times": _("Done {n} times"),
        "times_one": _("Done once"),
        "reward_benefit": _("a benefit"),
    }


def _shelf() -> dict[str, str]:
    return {
        "free": _("Free"),
        "redeem": _("Redeem"),
        "redeeming": _("One moment…"),
        "confirm_price": _("It costs {points}. You have {balance}."),
        "confirm_free": _("It costs no points."),
        "redeemed": _("It is yours"),
        "show_voucher": _("See my vouchers"),
        "no_benefits": _("Nothing on the shelf right now. Please look in again tomorrow."),
        "why_insufficient_points": _("{n} points short"),
        "why_insufficient_points_one": _("{n} point short"),
        "why_insufficient_points_plain": _("Not enough points yet"),
        "why_out_of_stock": _("All gone for now"),
        "why_limit_reached": _("You already have yours"),
        "why_not_eligible": _("Not for your level or group yet"),
        "why_not_on_sale": _("Not on sale right now"),
        "why_budget_exhausted": _("All gone for now"),
        "close": _("Close"),
        "cancel": _("Not now"),
    }


def _vouchers() -> dict[str, str]:
    return {
        "no_vouchers": _("No vouchers yet. The shelf in your zone has ideas."),
        "valid_until": _("Valid until {date}"),
        "code": _("Your code"),
        "copy": _("Copy"),
        "copied": _("Copied."),
        "show_code": _("Show code"),
        "qr_alt": _("QR code of your voucher"),
        "give_back": _("Give back"),
        "give_back_sure": _("Give this back? Your {points} return to you."),
        "given_back": _("Done. Your points are back."),
        "status_waiting": _("On its way to you"),
        "status_issued": _("Ready to use"),
        "status_to_collect": _("Ready to collect"),
        "status_to_ship": _("Will be sent to you"),
        "status_used": _("Used"),
        "status_cancelled": _("Given back"),
        "status_expired": _("Expired"),
        "details": _("Details"),
    }


def _troubles() -> dict[str, str]:
    return {
        "retry": _("Try again"),
        "slow": _("This takes longer than it should. Your points are safe."),
        "offline": _("You are offline. What you see may be a little old."),
        "wish_offline": _(
            "You are offline. Nothing is lost, and you can safely try again once you are back:"
            " it counts only once."
        ),
        "wish_unsure": _(
            "That did not come through. Nothing is lost, and you can safely try again:"
            " it counts only once."
        ),
        "error": _("That did not work. Please try again."),
        "session_over": _("For your safety this page has been locked. Open it again from the app."),
        "app_only": _("This opens in the bank's app."),
        "error_insufficient_points": _("You do not have enough points for this yet."),
        "error_out_of_stock": _("Somebody was faster: this is all gone for now."),
        "error_limit_reached": _("You already have as many of these as one person can get."),
        "error_not_eligible": _("This one is not for your level or group yet."),
        "error_not_on_sale": _("This is not on sale right now."),
        "error_budget_exhausted": _("Everything that was set aside for this has been given away."),
        "error_idempotency_conflict": _("Something changed meanwhile. Please look again."),
        "error_price_changed": _("The price has changed meanwhile. Please look again."),
        "error_not_found": _("This is no longer here."),
        "error_nothing_to_claim": _("There is nothing left to claim here."),
        "error_claim_lapsed": _("The time to collect this is over."),
        "error_day_not_missed": _("That day counts already."),
        "error_day_too_old": _("That day is too long ago to be made up for."),
        "error_already_rewarded": _("You already have the reward for that day."),
        "error_no_make_ups": _("A missed day cannot be made up for here."),
        "error_make_up_undone": _("The bank has undone this. You have your points back."),
        "error_excluded": _("There are no rewards for you here, so there is nothing to pay for."),
        "error_rate_limited": _("That was a lot at once. Please wait a moment."),
        "error_not_cancellable": _("This can no longer be given back."),
    }
