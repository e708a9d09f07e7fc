from growth.models.access import ApiClient, ApiSecret, CustomerSession, HandoffTicket
from growth.models.budgets import Budget, BudgetUse
from growth.models.changes import ChangeApproval, ChangeRequest
from growth.models.customers import Customer
from growth.models.intake import BankEvent, RejectedRow
from growth.models.levels import (
    Badge,
    BadgeGrant,
    GrowthEntry,
    Level,
    LevelChange,
    LevelScheme,
    Notice,
)
from growth.models.liability import LiabilityClose, LiabilityFlow, LiabilityStanding
from growth.models.points import (
    OpenItem,
    PointsAllocation,
    PointsDebt,
    PointsHold,
    PointsLot,
    PointsTransfer,
    PointsWriteOff,
    TransferSeal,
    Wallet,
)
from growth.models.segments import Segment, SegmentMembership
from growth.models.tasks import (
    BacktestRun,
    GrowthTask,
    ProgramRelease,
    TaskCompletion,
    TaskCounter,
    TaskDraft,
    TaskProgress,
    TaskVersion,
)

__all__ = [
    "ApiClient",
    "ApiSecret",
    "BacktestRun",
    "Badge",
    "BadgeGrant",
    "BankEvent",
    "Budget",
    "BudgetUse",
    "ChangeApproval",
    "ChangeRequest",
    "Customer",
    "CustomerSession",
    "GrowthEntry",
    "GrowthTask",
    "HandoffTicket",
    "Level",
    "LevelChange",
    "LevelScheme",
    "LiabilityClose",
    "LiabilityFlow",
    "LiabilityStanding",
    "Notice",
    "OpenItem",
    "PointsAllocation",
    "PointsDebt",
    "PointsHold",
    "PointsLot",
    "PointsTransfer",
    "PointsWriteOff",
    "ProgramRelease",
    "RejectedRow",
    "Segment",
    "SegmentMembership",
    "TaskCompletion",
    "TaskCounter",
    "TaskDraft",
    "TaskProgress",
    "TaskVersion",
    "TransferSeal",
    "Wallet",
]
