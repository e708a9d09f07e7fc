"""The pages that customers see, and who looks at them."""

ZONES = {
    "/zones/payroll/": "demo-payroll",
    "/zones/senior/": "demo-senior",
    "/zones/student/": "demo-student",
    "/zones/city/": "demo-city",
}
MY = "/my/"
LANGUAGES = ("en", "zh-hans")


def pages():
    """Every kind of page with its customer: the zones, an article, the customer's own page."""
    yield from ZONES.items()
    yield "/zones/student/why-we-lend-nothing-here/", "demo-student"
    yield MY, "demo-payroll"
