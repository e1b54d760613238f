"""The ticket forms of a fresh installation."""

from django.utils.text import slugify

from forms.schema import Autofill, FormField, Option
from forms.services import CategoryDraft

DEPARTMENTS = {slugify(name): name for name in ("IT", "Assets", "Finance", "Human Resources", "Facilities", "Operations")}

LOCATIONS = ("Head Office", "North Branch", "South Branch", "East Branch", "West Branch", "Warehouse", "Remote")
PRODUCTS = ("Laptop", "Printer", "Projector", "Mouse", "Keyboard")
ISSUES = (
    "Not functioning", "Physical damage", "Missing accessories", "Battery issue", "Display issue", "Software issue", "End of use",
)  # fmt: skip

#: asset tag → (product, model, serial)
ASSETS = {
    "LT-001": ("laptop", "ThinkPad T14", "PF-3N8Q7A"),
    "LT-002": ("laptop", "ThinkPad T14", "PF-3N8R2C"),
    "LT-003": ("laptop", "Latitude 5440", "7XK4M93"),
    "PR-001": ("printer", "LaserJet Pro M404", "PHB8D01427"),
    "PR-002": ("printer", "EcoTank L3250", "X8GV041963"),
    "PJ-001": ("projector", "EB-X49", "X4HK1200857"),
    "MS-001": ("mouse", "MX Master 3S", "2214LZX3F9K8"),
    "MS-002": ("mouse", "M185", "2131LZ05YQB8"),
    "KB-001": ("keyboard", "MX Keys", "2239CE70WT58"),
    "KB-002": ("keyboard", "K120", "1923SC40PLM9"),
}

SUPPORT = (
    "Technical Assistance", "Software Installation/Update", "Hardware Troubleshooting", "Email/Account Access Issue",
    "Internet/Network Connectivity Issue", "Printer/Scanner Setup or Issue", "System Performance Issue", "Virus/Malware Check",
    "IT Consultation Request", "Data Backup/Restore",
)  # fmt: skip

COST_ELEMENTS = {
    "capex": ("Hardware", "Software licence", "Furniture", "Vehicle", "Building works"),
    "opex": ("Subscription", "Utilities", "Supplies", "Maintenance", "Training"),
    "reimbursement": ("Travel", "Meals", "Accommodation", "Communication"),
    "charging-department": ("Shared service", "Staff time", "Facility use"),
}


def _options(names: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(value=slugify(name), label=name) for name in names)


def _subcategories(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((slugify(name.replace("/", " ")), name) for name in names)


def _asset_fields() -> tuple[FormField, ...]:
    assets = tuple(Option(value=tag, label=f"{tag} {model}", depends_value=product) for tag, (product, model, _) in ASSETS.items())
    serials = {tag: serial for tag, (_, _, serial) in ASSETS.items()}
    return (
        FormField(key="product_type", label="Product type", type="choice", required=True, options=_options(PRODUCTS)),
        FormField(key="asset", label="Asset", type="choice", required=True, depends_on="product_type", options=assets),
        FormField(
            key="serial_number", label="Serial number", type="text", help="Filled in from the asset.",
            autofill=Autofill(source="asset", values=serials),
        ),
        FormField(key="location", label="Location", type="choice", required=True, options=_options(LOCATIONS)),
    )  # fmt: skip


IT_SUPPORT = CategoryDraft(
    name="IT Support",
    description="Devices, software, accounts and the network.",
    position=1,
    subcategories=_subcategories(SUPPORT),
    form=(
        FormField(
            key="device_type", label="Device type", type="choice", required=True, other_allowed=True,
            options=_options(("Laptop", "Printer", "Projector", "Monitor")),
        ),
        FormField(key="software_affected", label="Software affected", type="text"),
        FormField(key="wished_at", label="Wished date and time", type="datetime", min_today=True),
        FormField(key="schedule_note", label="Note on the schedule", type="textarea"),
    ),
)  # fmt: skip

ASSET_CHECK_IN = CategoryDraft(
    name="Asset Check In",
    description="Give a device back.",
    position=2,
    form=(
        *_asset_fields(),
        FormField(key="issue_type", label="Issue type", type="choice", required=True, other_allowed=True, options=_options(ISSUES)),
    ),
)

ASSET_CHECK_OUT = CategoryDraft(
    name="Asset Check Out",
    description="Borrow a device.",
    position=3,
    form=(
        *_asset_fields(),
        FormField(key="expected_return", label="Expected return", type="date", required=True, min_today=True),
    ),
)

BUDGET_LINES = (
    FormField(
        key="cost_element", label="Cost element", type="choice", required=True, depends_on="kind",
        options=tuple(
            Option(value=slugify(name), label=name, depends_value=kind) for kind, names in COST_ELEMENTS.items() for name in names
        ),
    ),
    FormField(key="cost", label="Cost", type="money", required=True),
    FormField(key="note", label="Note", type="text"),
)  # fmt: skip

NEW_BUDGET_PROPOSAL = CategoryDraft(
    name="New Budget Proposal",
    description="Ask for money, line by line.",
    position=4,
    form=(
        FormField(
            key="kind", label="Kind of budget", type="choice", required=True,
            options=_options(("CapEx", "OpEx", "Reimbursement", "Charging Department")),
        ),
        FormField(key="lines", label="Cost items", type="lines", required=True, columns=BUDGET_LINES),
        FormField(key="total", label="Total", type="money", computed="sum:lines.cost"),
        FormField(key="performance_start", label="Performance start", type="date", required=True),
        FormField(key="performance_end", label="Performance end", type="date", required=True, after="performance_start"),
        FormField(key="prepared_by", label="Prepared by", type="person", required=True),
    ),
)  # fmt: skip

OTHERS = CategoryDraft(name="Others", description="Anything else.", position=5)

CATEGORIES = {
    "it-support": IT_SUPPORT,
    "asset-check-in": ASSET_CHECK_IN,
    "asset-check-out": ASSET_CHECK_OUT,
    "new-budget-proposal": NEW_BUDGET_PROPOSAL,
    "others": OTHERS,
}
