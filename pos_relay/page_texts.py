"""The sentences of the customer's page, and its style sheet with the hash that allows it."""

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files

LANGUAGES: Mapping[str, str] = {"en": "English", "hi": "हिन्दी"}
DEFAULT = "en"

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "practice": "PRACTICE — not a real bill, no real money",
        "token": "Token",
        "counter": "Counter {}",
        "amount_heading": "Amount",
        "unpaid": "To pay",
        "your_bill": "Your bill",
        "pay_by": "pay by {}",
        "includes_gst": "Includes GST {}",
        "saved": "you saved {}",
        "download": "Download PDF",
        "number": "No.",
        "order": "Ref.",
        "seller": "Seller",
        "buyer": "Buyer",
        "place": "Place of supply",
        "reverse": "Reverse charge",
        "cashier": "Cashier",
        "item": "Item",
        "qty": "Qty",
        "amount": "Amount",
        "total": "Total",
        "taxable": "Taxable",
        "cess": "Cess",
        "each": "{} each",
        "per": "{} per {}",
        "gst_on": "GST {} on {}",
        "gst": "GST {}",
        "show_paid": "Thank you. Show token {} at {} if asked.",
        "show_due": "Paid? Show token {} at {}.",
        "not_yours": "Not your bill? Ignore it and please tell the shop.",
        "returns": "Returns",
        "gone_title": "This link does not open",
        "gone": "It may be mistyped, or the shop has withdrawn it. Please ask the shop.",
        "slow_title": "Too many tries",
        "slow": "Please wait a little and open the link from your message again.",
        "return_title": "Thank you",
        "return": "Please look at the counter: it shows when your payment has arrived.",
    },
    "hi": {
        "practice": "अभ्यास — यह असली बिल नहीं है, कोई असली पैसा नहीं",
        "token": "टोकन",
        "counter": "काउंटर {}",
        "amount_heading": "राशि",
        "unpaid": "भुगतान बाकी",
        "your_bill": "आपका बिल",
        "pay_by": "{} तक भुगतान करें",
        "includes_gst": "GST {} शामिल",
        "saved": "आपकी बचत {}",
        "download": "PDF डाउनलोड करें",
        "number": "क्रमांक",
        "order": "संदर्भ",
        "seller": "विक्रेता",
        "buyer": "ग्राहक",
        "place": "आपूर्ति का स्थान",
        "reverse": "रिवर्स चार्ज",
        "cashier": "कैशियर",
        "item": "वस्तु",
        "qty": "मात्रा",
        "amount": "राशि",
        "total": "कुल",
        "taxable": "कर योग्य",
        "cess": "उपकर",
        "each": "प्रति नग {}",
        "per": "प्रति {1} {0}",
        "gst_on": "{1} पर GST {0}",
        "gst": "GST {}",
        "show_paid": "धन्यवाद। पूछे जाने पर टोकन {} दिखाएँ ({})।",
        "show_due": "भुगतान हो गया? टोकन {} दिखाएँ ({})।",
        "not_yours": "यह आपका बिल नहीं है? इसे छोड़ दें और कृपया दुकान को बताएँ।",
        "returns": "वापसी",
        "gone_title": "यह लिंक नहीं खुलता",
        "gone": "लिंक गलत हो सकता है या दुकान ने इसे वापस ले लिया है। कृपया दुकान से पूछें।",
        "slow_title": "बहुत अधिक प्रयास",
        "slow": "कृपया थोड़ा रुकें और अपने संदेश से लिंक फिर खोलें।",
        "return_title": "धन्यवाद",
        "return": "कृपया काउंटर पर देखें: भुगतान पहुँचते ही वहाँ दिखेगा।",
    },
}

# Words that arrive display-ready in English from the counter; others are shown as they came.
LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "hi": {
        "Paid": "भुगतान हो गया",
        "Paid by UPI": "UPI से भुगतान हुआ",
        "Paid by card": "कार्ड से भुगतान हुआ",
        "Paid in cash": "नकद भुगतान हुआ",
        "Paid by payment link": "लिंक से भुगतान हुआ",
        "cash": "नकद",
        "card": "कार्ड",
        "payment link": "भुगतान लिंक",
        "Discount": "छूट",
        "Round-off": "पूर्णांकन",
        "Exempt": "कर मुक्त",
        "No": "नहीं",
        "Yes": "हाँ",
    },
}

_FOLDER = files("pos_relay") / "templates"
CSS = (_FOLDER / "page.css").read_text("utf-8").strip()
TEMPLATE = (_FOLDER / "page.html").read_text("utf-8")
PLAIN_TEMPLATE = (_FOLDER / "plain.html").read_text("utf-8")
STYLE_CSP = "sha256-" + base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()


def language(wanted: str | None, shop: str) -> str:
    """The language to use: what the link asks for, else the shop's, else English."""
    return next((code for code in (wanted, shop) if code is not None and code in TEXTS), DEFAULT)
