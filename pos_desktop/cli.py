"""The command line: one function per command, each importing only what it needs.

Exit codes: 0 done, 1 something is wrong with what was checked, 2 the input cannot be understood,
3 something that is needed is missing.
"""

import argparse
import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pos_desktop import __version__

Command = Callable[[list[str]], int]

_PARENT = "end when this process is gone"
_OVERVIEW = """commands (raseed COMMAND --help says more):
  run        practice mode, complete; --headless [--story NAME|all] [--out DIR] without a screen
  price      price a cart: JSON on stdin, JSON on stdout
  practice   the practice payment and message servers alone
  verify     check the ledger, the numbers and the totals of a database
  numbers    gaps and duplicates of each series of bills, explained or named
  import     read items from a CSV file into the catalogue
  enrol      join this counter to its shop's relay
  code       a one-time code for the next counter, with the shop's key in it
  rejoin     a new series for a counter that may give no more numbers
  secret     keep a key of the payment or message service in the key store
  pin        set up the manager's PIN of this counter, or change it
  forget     erase a customer's number from the books of this counter
  gstr1      a month's sheets for the GST portal's offline tool, and a summary
  export-pages   write all hosted pages as plain files, readable without the relay
  selftest   play one practice sale in a temporary folder
  help       this text, or that of a command

in a checkout also:
  ./run --setup    only the set-up
  ./run relay      the relay and its operator's commands
  ./run bench      the benchmarks
  ./run simulation --seeds 1-2000
                   a shop's days with lost answers, crashes and late money
"""


def run(argv: Sequence[str]) -> int:
    """Run one command with its arguments; without a command the counter opens."""
    words = list(argv)
    if not words or words[0].startswith("-"):
        return _counter(words)
    if words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    if words[0] == "help":
        return _help(words[1:])
    print(f"raseed: there is no command {words[0]}; see: raseed --help", file=sys.stderr)
    return 2


def _help(words: list[str]) -> int:
    """``help`` alone, or with a command's name."""
    return run([*(word for word in words[:1] if word in COMMANDS), "--help"])


def _counter(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed",
        usage="raseed [--data DIR] | raseed COMMAND ...",
        description="Without a command the counter opens; in a checkout ./run opens practice.",
        epilog=_OVERVIEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"raseed {__version__}")
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    parser.add_argument(
        "--practice", type=Path, metavar="FILE", help="endpoints of the practice servers"
    )
    parser.add_argument("--parent", type=int, metavar="PID", help=_PARENT)
    known = parser.parse_args(words)
    # Nothing is garbage yet; the window's own collector takes over (gui.crash.Collector).
    gc.disable()
    from pos_desktop.bootstrap.window import open_counter

    return open_counter(known.data, known.practice, known.parent)


def _run(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="raseed run", description="Practice mode, complete.")
    parser.add_argument("--headless", action="store_true", help="play sales without a screen")
    parser.add_argument("--story", default="whatsapp-qr", metavar="NAME", help="or: all")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="what a story leaves (out)"
    )
    parser.add_argument("--data", type=Path, help="folder of the practice shop; with a screen only")
    parser.add_argument("--parent", type=int, metavar="PID", help=_PARENT)
    known = parser.parse_args(words)
    if known.headless and known.data is not None:
        parser.error("--data is for practice with a screen; a story leaves its shop in --out DIR")
    if known.headless:
        from pos_desktop.story.play import play

        return play(known.story, known.out, known.parent)
    from pos_desktop.story.practice import open_practice

    return open_practice(known.data)


def _price(words: list[str]) -> int:
    """Price a cart: JSON on stdin, JSON on stdout (architecture 11)."""
    argparse.ArgumentParser(
        prog="raseed price", description="Prices the cart on stdin; prints the bill as JSON."
    ).parse_args(words)
    from pos_desktop.domain.errors import InputErrors
    from pos_desktop.domain.pricing_json import parse_cart, price_json

    try:
        priced = price_json(parse_cart(sys.stdin.buffer.read().decode("utf-8-sig")))
    except InputErrors as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 2
    except UnicodeDecodeError as error:
        print(f"input: not UTF-8 text ({error.reason})", file=sys.stderr)
        return 2
    print(json.dumps(priced, ensure_ascii=False, indent=1))
    return 0


def _practice(words: list[str]) -> int:
    from pos_desktop.sandbox.serve import run_practice

    return run_practice(words)


def _verify(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed verify", description="Checks the ledger, the numbers and the totals."
    )
    parser.add_argument("database", type=Path)
    known = parser.parse_args(words)
    from pos_desktop.domain.errors import StoreError
    from pos_desktop.storage.verify import verify_database

    try:
        result = verify_database(known.database)
    except StoreError as error:
        print(f"verify: {error}", file=sys.stderr)
        return 2
    if result.ok:
        print(f"{result.entries} ledger entries: chain, numbers and totals are sound")
        return 0
    place = "" if result.first_broken is None else f"entry {result.first_broken}: "
    print(f"{place}{result.problem}", file=sys.stderr)
    return 1


def _import(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed import", description="Reads items from a CSV file into the catalogue."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    parser.add_argument(
        "--skip-bad-rows", action="store_true", help="import the good rows of a file with bad ones"
    )
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.goods import import_items

    return import_items(known.file, known.data, skip_bad_rows=known.skip_bad_rows)


def _enrol(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed enrol", description="Joins this counter to its shop's relay."
    )
    parser.add_argument(
        "code", help="the one-time code of: raseed-relay enrol TENANT; - reads it from stdin"
    )
    parser.add_argument("--label", help='what the counter is called, for example "Counter 2"')
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    parser.add_argument(
        "--manager",
        action="store_true",
        help="money that names no counter is shown on this one (one counter of the shop)",
    )
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.enrol import enrol

    return enrol(known.code, known.label, known.data, manager=known.manager)


def _code(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed code",
        description="Makes a one-time code for another counter of the shop; on the manager's only.",
    )
    parser.add_argument("--label", default="", help="what that counter will be called")
    parser.add_argument("--minutes", type=int, default=15, help="how long it is good for (15)")
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.invite import invite

    return invite(known.label, known.minutes, known.data)


def _rejoin(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed rejoin",
        description="Gives this counter a new series of numbers after its data was put back or "
        "copied, or the relay turned it away; lists what is missing. Close the counter first.",
    )
    parser.add_argument(
        "code", nargs="?", help="a one-time code, as for: raseed enrol; - reads it from stdin"
    )
    parser.add_argument(
        "--offline", action="store_true", help="without the relay: an emergency series, until then"
    )
    parser.add_argument(
        "--newest", metavar="NUMBER", help="number of the newest receipt, as C2A/2627/000123"
    )
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    known = parser.parse_args(words)
    if known.offline == (known.code is not None):
        parser.error("either a code or --offline")
    from pos_desktop.bootstrap.rejoin import rejoin

    return rejoin(known.code, known.data, known.newest)


def _secret(words: list[str]) -> int:
    from pos_desktop.bootstrap.secret import keep_secret
    from pos_desktop.relay_client.credentials import NAMES

    parser = argparse.ArgumentParser(
        prog="raseed secret",
        description="Keeps one key in the computer's key store; asks for it, or reads one line. "
        "The manager's counter hands it to every other counter of the shop.",
    )
    parser.add_argument("name", metavar="NAME", choices=NAMES, help=" or ".join(NAMES))
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    known = parser.parse_args(words)
    return keep_secret(known.name, known.data)


def _pin(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed pin",
        description="Sets up the manager's PIN, or changes it with the present one; asks for both, "
        "or reads two lines: name and PIN, then present and new PIN.",
    )
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.pin import keep_pin

    return keep_pin(known.data)


def _forget(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed forget",
        description="Erases a customer's number and what was written to it from this counter's "
        "books; bills, invoices and figures stay. Asks for the manager's PIN, or reads it from "
        "stdin. The window must be closed.",
    )
    parser.add_argument("number", metavar="PHONE", help="10 digits; - reads them from stdin")
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.forget import forget_number

    return forget_number(known.number, known.data)


def _export_pages(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed export-pages",
        description="Writes every bill's page (and PDF) as plain files, with an index.",
    )
    parser.add_argument("target", type=Path, metavar="FOLDER", help="a new or empty folder")
    parser.add_argument("--data", type=Path, help="the counter's own folder")
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.export import export_pages
    from pos_relay import static

    return export_pages(known.target, known.data, static)


def _numbers(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed numbers",
        description="Names the numbers of bills that are missing or there twice, and why.",
    )
    parser.add_argument(
        "--data", type=Path, action="append", help="a counter's own folder; once for each counter"
    )
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.numbers import report_numbers

    return report_numbers(known.data or [None])


def _gstr1(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="raseed gstr1",
        description="Writes a month's CSV sheets for the GST portal's offline tool, and a summary.",
    )
    parser.add_argument("month", metavar="YYYY-MM")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="a new or empty folder"
    )
    parser.add_argument(
        "--data", type=Path, action="append", help="a counter's own folder; once for each counter"
    )
    known = parser.parse_args(words)
    from pos_desktop.bootstrap.gstr1 import export_gstr1
    from pos_desktop.host.clock import SystemClock

    return export_gstr1(known.month, known.out, known.data or [None], SystemClock())


def _selftest(words: list[str]) -> int:
    argparse.ArgumentParser(
        prog="raseed selftest", description="Plays one practice sale in a temporary folder."
    ).parse_args(words)
    from pos_desktop.story.play import selftest

    return selftest()


COMMANDS: dict[str, Command] = {
    "run": _run,
    "price": _price,
    "practice": _practice,
    "verify": _verify,
    "import": _import,
    "enrol": _enrol,
    "code": _code,
    "rejoin": _rejoin,
    "secret": _secret,
    "pin": _pin,
    "forget": _forget,
    "numbers": _numbers,
    "gstr1": _gstr1,
    "export-pages": _export_pages,
    "selftest": _selftest,
}
