from growth.models.access import ApiClient, ApiSecret, CustomerSession, HandoffTicket
from growth.models.customers import Customer
from growth.models.intake import BankEvent, RejectedRow
from growth.models.levels import GrowthEntry, Level, LevelChange, LevelScheme
from growth.models.points import (
    PointsAllocation,
    PointsLot,
    PointsTransfer,
    PointsWriteOff,
    Wallet,
)
from growth.models.segments import Segment, SegmentMembership
from growth.models.tasks import (
    GrowthTask,
    ProgramRelease,
    TaskCompletion,
    TaskCounter,
    TaskProgress,
    TaskVersion,
)

__all__ = [
    "ApiClient",
    "ApiSecret",
    "BankEvent",
    "Customer",
    "CustomerSession",
    "GrowthEntry",
    "GrowthTask",
    "HandoffTicket",
    "Level",
    "LevelChange",
    "LevelScheme",
    "PointsAllocation",
    "PointsLot",
    "PointsTransfer",
    "PointsWriteOff",
    "ProgramRelease",
    "RejectedRow",
    "Segment",
    "SegmentMembership",
    "TaskCompletion",
    "TaskCounter",
    "TaskProgress",
    "TaskVersion",
    "Wallet",
]
