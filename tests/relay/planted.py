"""A thousand customers whose numbers, names, amounts and goods must be found nowhere."""

import base64
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

COUNT = 1000
_FIRST = (
    "Aadhira Bhavesh Chitralekha Dhananjay Eshwari Falguni Gurpreet Harishchandra Indumati Jagdish "
    "Kaveri Lakshmipriya Madhusudan Narayani Omprakash Padmavati Raghunath Saraswati Tejaswini "
    "Upendra Vaidehi Yashodhara Zulekha Ambalika Brijmohan"
)
_LAST = (
    "Agnihotri Bandyopadhyay Chaturvedi Deshpande Elangovan Fernandes Gopalakrishnan Hiremath "
    "Irulappan Jayaraman Kulkarni Lokhande Mukhopadhyay Nagarajan Ozarkar Patwardhan Quraishi "
    "Ramachandran Subramaniam Thiruvengadam Unnikrishnan Venkataraman Wadhwani Yadavalli "
    "Zinjarde Acharya Bhattacharya Chakraborty Dhanorkar Eknathrao Gaekwad Hebbalkar Iyengar "
    "Jamshedpuri Krishnamurthy Limbachiya Mahalanobis Nambiar Oberoi Pillaikutty"
)
# Prefixes by which the search begins; a needle is at least as long as the first.
_SHORT, _LONG = 6, 9


@dataclass(frozen=True)
class Customer:
    """``phone``: ten digits. ``paise``: eleven, so that no hash holds them by chance."""

    phone: str
    name: str
    paise: int
    item: str

    @property
    def rupees(self) -> str:
        """Grouped as on a bill: 10,12,34,567.89."""
        whole, paise = divmod(self.paise, 100)
        return f"{_indian(whole)}.{paise:02d}"


def customers() -> list[Customer]:
    """All of them, no two alike in anything."""
    names = [f"{first} {last}" for first, last in itertools.product(_FIRST.split(), _LAST.split())]
    return [
        Customer(
            phone=f"98{70_000_000 + 7919 * n:08d}",
            name=name,
            paise=10_012_345_601 + 9_700_417 * n,
            item=f"Kesar {name.split()[1][:4]}peda No.{7000 + n}",
        )
        for n, name in enumerate(names)
    ]


def spellings(one: Customer) -> dict[str, bytes]:
    """How each fact might be found, by the name of the spelling."""
    whole, part = divmod(one.paise, 100)
    grouped, western = one.rupees, f"{whole:,}.{part:02d}"
    texts = {
        "phone": one.phone,
        "phone +91": "+91" + one.phone,
        "phone grouped": f"{one.phone[:5]} {one.phone[5:]}",
        "phone dashed": f"{one.phone[:5]}-{one.phone[5:]}",
        "phone by threes": f"{one.phone[:3]} {one.phone[3:6]} {one.phone[6:]}",
        "phone in an address": quote("+91" + one.phone),
        "name": one.name,
        "name upper": one.name.upper(),
        "name lower": one.name.lower(),
        "name in an address": quote(one.name),
        "name in a form": one.name.replace(" ", "+"),
        "surname first": ", ".join(reversed(one.name.split())),
        "paise": str(one.paise),
        "rupees": f"{whole}.{part:02d}",
        "grouped": grouped,
        "western": western,
        "Rs": f"Rs {grouped}",
        "Rs plain": f"Rs.{whole}.{part:02d}",
        "sign": f"₹{grouped}",
        "sign in JSON": f"\\u20b9{grouped}",
        "amount in an address": quote(f"am={whole}.{part:02d}&"),
        "item": one.item,
    }
    found = {name: text.encode() for name, text in texts.items()}
    found |= _encoded(found)
    found["paise as SQLite stores them"] = one.paise.to_bytes(6, "big")
    found["paise, little end first"] = one.paise.to_bytes(8, "little")
    found["rupees as a float"] = struct.pack("<d", one.paise / 100)
    found["rupees as SQLite's float"] = struct.pack(">d", one.paise / 100)
    found["phone as SQLite stores it"] = int(one.phone).to_bytes(6, "big")
    return found


def _encoded(plain: dict[str, bytes]) -> dict[str, bytes]:
    """The main ones in hex, UTF-16 and the three ways that base64 may fall."""
    found = {}
    for name in ("phone", "name", "paise", "rupees", "grouped", "Rs", "item"):
        raw = plain[name]
        found[f"{name} in hex"] = raw.hex().encode()
        found[f"{name} in capital hex"] = raw.hex().upper().encode()
        found[f"{name} in two bytes"] = raw.decode().encode("utf-16-le")
        for shift in range(3):
            found[f"{name} in base64, {shift}"] = _inner_base64(raw, shift)
    return found


def needles() -> dict[bytes, str]:
    """Every spelling of everybody, with whose and which it is."""
    return {
        text: f"{one.name}: {name}" for one in customers() for name, text in spellings(one).items()
    }


def seen_in(dump: bytes, wanted: dict[bytes, str]) -> list[str]:
    """Whose what is in the dump. One walk for the short beginnings, one for the long ones."""
    found = []
    for size, some in (
        (_SHORT, [text for text in wanted if len(text) < _LONG]),
        (_LONG, [text for text in wanted if len(text) >= _LONG]),
    ):
        begun = {text[:size] for text in some}
        met = {part for part in _windows(dump, size) if part in begun}
        found += [wanted[text] for text in some if text[:size] in met and text in dump]
    return sorted(found)


def _windows(dump: bytes, size: int) -> Iterator[bytes]:
    return (dump[start : start + size] for start in range(len(dump) - size + 1))


def _indian(whole: int) -> str:
    head, last = divmod(whole, 1000)
    pairs = []
    while head >= 100:
        head, pair = divmod(head, 100)
        pairs.append(f"{pair:02d}")
    return ",".join([*([str(head)] if head else []), *reversed(pairs), f"{last:03d}"])


def _inner_base64(raw: bytes, shift: int) -> bytes:
    """The characters that do not depend on what stands before and after."""
    text = base64.b64encode(bytes(shift) + raw)
    first = -(-shift * 8 // 6)
    return text[first : (shift + len(raw)) * 8 // 6]
