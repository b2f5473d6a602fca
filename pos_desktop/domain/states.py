"""The States of India as GST numbers them (reference domain 1.4)."""

from collections.abc import Mapping
from types import MappingProxyType

#: Two-digit code -> name. 25 and 28 are old codes that stand on old documents.
STATES: Mapping[str, str] = MappingProxyType(
    {
        "01": "Jammu and Kashmir",
        "02": "Himachal Pradesh",
        "03": "Punjab",
        "04": "Chandigarh",
        "05": "Uttarakhand",
        "06": "Haryana",
        "07": "Delhi",
        "08": "Rajasthan",
        "09": "Uttar Pradesh",
        "10": "Bihar",
        "11": "Sikkim",
        "12": "Arunachal Pradesh",
        "13": "Nagaland",
        "14": "Manipur",
        "15": "Mizoram",
        "16": "Tripura",
        "17": "Meghalaya",
        "18": "Assam",
        "19": "West Bengal",
        "20": "Jharkhand",
        "21": "Odisha",
        "22": "Chhattisgarh",
        "23": "Madhya Pradesh",
        "24": "Gujarat",
        "25": "Daman and Diu (old)",
        "26": "Dadra and Nagar Haveli and Daman and Diu",
        "27": "Maharashtra",
        "28": "Andhra Pradesh (before division)",
        "29": "Karnataka",
        "30": "Goa",
        "31": "Lakshadweep",
        "32": "Kerala",
        "33": "Tamil Nadu",
        "34": "Puducherry",
        "35": "Andaman and Nicobar Islands",
        "36": "Telangana",
        "37": "Andhra Pradesh",
        "38": "Ladakh",
        "96": "Other Countries",
        "97": "Other Territory",
        "99": "Centre Jurisdiction",
    }
)

# Union Territories without a legislature levy UTGST; Delhi, Puducherry and J&K have one.
_UTGST = frozenset({"04", "26", "31", "35", "38", "97"})


def state_tax_label(state: str) -> str:
    """``UTGST`` for a supplier in a Union Territory without legislature, else ``SGST``."""
    return "UTGST" if state in _UTGST else "SGST"
