"""What customers buy: demo goods (resources/demo/demo_catalog.csv) in the order of scanning; and
the phone of most of them."""

PHONE = "9876543210"
"""Whatever is sent to this number simply arrives."""

Goods = tuple[tuple[str, str], ...]
"""(code, "" or a typed quantity: "3*")."""

SMALL: Goods = (
    ("8901234000083", ""),  # milk
    ("8901234000083", ""),
    ("8901234000502", ""),  # ghee
    ("8901234000571", ""),  # cheese
    ("8901234000786", ""),  # atta
    ("8901234001554", ""),  # salt
    ("8901234001769", "3*"),  # oil
    ("8901234001974", ""),  # almonds
)
NEXT: Goods = (("8901234001134", ""), ("8901234000649", "2*"), ("8901234000366", ""))
LARGE: Goods = (*SMALL, ("8901234000649", "2*"), ("8901234001134", ""))
FEW: Goods = (("8901234000083", "2*"), ("8901234001554", ""), ("8901234001769", ""))
