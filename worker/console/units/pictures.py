"""Charts as pages of figures show them."""

from collections.abc import Sequence

from markupsafe import Markup

from worker.console.units.told import PointTold
from worker.i18n import text
from worker.render.course import CourseNames, CoursePoint, course_svg


def course_picture(points: Sequence[PointTold]) -> Markup | None:
    """How both sides' late counts came to be what they are; None where there is no course yet."""
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    names = CourseNames(text("pages.units.at_home"), text("pages.units.on_portal"))
    shown = tuple(CoursePoint(each.as_of, each.late_province, each.late_portal) for each in points)
    # Drawn by us from numbers and our own words.
    return Markup(course_svg(shown, names))  # noqa: S704
