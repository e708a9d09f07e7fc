from zones.models.pages import Theme, ZoneIndexPage, ZonePage
from zones.models.tracking import TrackingEvent, ZoneVisit

__all__ = ["Theme", "TrackingEvent", "ZoneIndexPage", "ZonePage", "ZoneVisit"]
