"""What growth refuses, each with the stable code that the API answers."""


class GrowthError(Exception):
    """A refusal. ``code`` is stable and public; ``detail`` is for people."""

    code = "refused"
    status = 409

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.__class__.__doc__ or self.code)
        self.detail = str(self)


class InsufficientPoints(GrowthError):
    """The customer holds fewer points than that."""

    code = "insufficient_points"


class IdempotencyConflict(GrowthError):
    """This key already stands for other facts."""

    code = "idempotency_conflict"
    status = 422


class NotFound(GrowthError):
    """There is no such thing, or it is not yours."""

    code = "not_found"
    status = 404


class HoldReleased(GrowthError):
    """These points have been released already."""

    code = "hold_released"


class ExpiryOver(GrowthError):
    """The day on which these points were to expire has come: they would be good for a day."""

    code = "expiry_over"


class NothingToClaim(GrowthError):
    """Nothing of this task is waiting to be claimed."""

    code = "nothing_to_claim"


class ClaimLapsed(GrowthError):
    """The last day to claim this has passed."""

    code = "claim_lapsed"


class NoMakeUps(GrowthError):
    """This task has no make-up check-ins for you."""

    code = "no_make_ups"


class DayNotMissed(GrowthError):
    """That day was not missed."""

    code = "day_not_missed"


class DayTooOld(GrowthError):
    """That day is too far back to be made up for."""

    code = "day_too_old"


class MakeUpUndone(GrowthError):
    """The bank has undone the make-up for this day and given its price back."""

    code = "make_up_undone"


class Excluded(GrowthError):
    """You are rewarded for nothing, so there is nothing to pay for."""

    code = "excluded"
    status = 403


class AlreadyRewarded(GrowthError):
    """A reward was given for that day or a later one, so it is closed."""

    code = "already_rewarded"


class LimitReached(GrowthError):
    """There is no more of it for you."""

    code = "limit_reached"


class TicketRefused(GrowthError):
    """The ticket is unknown, used or too old."""

    code = "ticket_refused"
    status = 401


class NotAllowed(GrowthError):
    """You do not have the right to do this."""

    code = "not_allowed"
    status = 403


class SamePerson(GrowthError):
    """Nobody decides on their own request: a second person has to."""

    code = "same_person"
    status = 403


class NotApproved(GrowthError):
    """Too few people who may decide have approved this."""

    code = "not_approved"
    status = 403


class ApprovedAlready(GrowthError):
    """You have approved this already: the second approval has to be another person's."""

    code = "approved_already"
    status = 403


class AlreadyDecided(GrowthError):
    """This request has been decided on already."""

    code = "already_decided"


class RequestExpired(GrowthError):
    """This request has waited for too long. It has to be made again."""

    code = "request_expired"


class ContentChanged(GrowthError):
    """The content is not what was asked for: it was changed in the database."""

    code = "content_changed"


class Outdated(GrowthError):
    """Somebody else has changed this in the meantime."""

    code = "outdated"


class DraftUnderWay(GrowthError):
    """Somebody is working on a draft of this task. Finish or discard it first."""

    code = "draft_under_way"


class EndsAlready(GrowthError):
    """It ends by then anyway."""

    code = "ends_already"


class UnderReview(GrowthError):
    """This is being reviewed. Take the request back to go on editing."""

    code = "under_review"


class ProgramFaults(GrowthError):
    """A program file with faults; ``faults`` are (path, what is wrong) pairs."""

    code = "program_faults"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{path}: {fault}" for path, fault in faults))
