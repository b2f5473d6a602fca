"""A test to the shop's own phone, in practice: the real counter, relay and practice Exotel."""

import json
import subprocess
import sys
from pathlib import Path

LONGEST_S = 55


def test_every_text_arrives_its_fate_is_told_and_no_bill_knows(tmp_path: Path) -> None:
    """WhatsApp tells by callback through the relay, an SMS when it is asked about."""
    command = [sys.executable, "-m", "tests.e2e.trial_shop", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["whatsapp"] == dict.fromkeys(
        ("bill_pay_qr", "bill_pay_link", "bill_receipt", "bill_refund"), "delivered"
    )
    assert told["sms"] == dict.fromkeys(
        ("bill_pay_sms", "bill_receipt_sms", "bill_refund_sms"), "delivered"
    )
    assert told["refused"] == "recipient"
    assert len(told["labels"]) == 8
    assert all(label.startswith("t1.") for label in told["labels"])
    assert (told["bills"], told["rows"]) == (0, 0)
