"""A small QR encoder for the practice poster: bytes, level L, versions 4 to 11, one mask.

Own code because the QR library has its one home in ``documents``, which the practice servers may
not load; tested by reading the result back with an independent reader.
"""

from collections.abc import Iterator

Matrix = list[list[bool]]

# version -> (error codewords per block, data codewords of each block, alignment centres)
_VERSIONS: dict[int, tuple[int, tuple[int, ...], tuple[int, ...]]] = {
    4: (20, (80,), (6, 26)),
    5: (26, (108,), (6, 30)),
    6: (18, (68, 68), (6, 34)),
    7: (20, (78, 78), (6, 22, 38)),
    8: (24, (97, 97), (6, 24, 42)),
    9: (30, (116, 116), (6, 26, 46)),
    10: (18, (68, 68, 69, 69), (6, 28, 50)),
    11: (20, (81, 81, 81, 81), (6, 30, 54)),
}
_QUIET = 4


def matrix(text: str) -> Matrix:
    """The cells of a QR code of ``text`` with its quiet zone. Raises ValueError if too long."""
    content = text.encode()
    version = _smallest(len(content))
    grid = _Grid(version)
    grid.draw_fixed()
    grid.fill(_codewords(content, version))
    size = grid.size + 2 * _QUIET
    empty = [[False] * size for _ in range(_QUIET)]
    side = [False] * _QUIET
    return [*empty, *([*side, *row, *side] for row in grid.cells), *empty]


def _smallest(length: int) -> int:
    for version, (_, blocks, _) in _VERSIONS.items():
        if length + (3 if version > 9 else 2) <= sum(blocks):
            return version
    raise ValueError(f"{length} bytes do not fit into a practice QR code")


def _codewords(content: bytes, version: int) -> list[int]:
    """Data and error codewords, interleaved."""
    ec_size, blocks, _ = _VERSIONS[version]
    count_bits = 16 if version > 9 else 8
    bits = f"0100{len(content):0{count_bits}b}" + "".join(f"{b:08b}" for b in content) + "0000"
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)][: sum(blocks)]
    words += [0xEC if i % 2 == 0 else 0x11 for i in range(sum(blocks) - len(words))]
    pieces, start = [], 0
    for size in blocks:
        pieces.append(words[start : start + size])
        start += size
    checks = [_remainder(piece, ec_size) for piece in pieces]
    mixed = [p[i] for i in range(max(blocks)) for p in pieces if i < len(p)]
    return mixed + [check[i] for i in range(ec_size) for check in checks]


def _times(a: int, b: int) -> int:
    """Product in GF(256) modulo 0x11D."""
    product = 0
    for shift in range(8):
        if b >> shift & 1:
            product ^= a << shift
    for shift in range(14, 7, -1):
        if product >> shift & 1:
            product ^= 0x11D << (shift - 8)
    return product


def _remainder(words: list[int], size: int) -> list[int]:
    """Reed-Solomon error codewords."""
    generator, root = [1], 1
    for _ in range(size):
        longer = [*generator, 0]
        for i, factor in enumerate(generator):
            longer[i + 1] ^= _times(factor, root)
        generator, root = longer, _times(root, 2)
    rest = [*words, *([0] * size)]
    for i in range(len(words)):
        lead = rest[i]
        for j, factor in enumerate(generator):
            rest[i + j] ^= _times(factor, lead)
    return rest[-size:]


def _bch(value: int, polynomial: int, bits: int) -> int:
    rest = value << bits
    for shift in range(rest.bit_length() - 1, bits - 1, -1):
        if rest >> shift & 1:
            rest ^= polynomial << (shift - bits)
    return value << bits | rest


class _Grid:
    """The square while it is drawn; ``taken`` marks cells that carry no data."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.size = 17 + 4 * version
        self.cells: Matrix = [[False] * self.size for _ in range(self.size)]
        self._taken: Matrix = [[False] * self.size for _ in range(self.size)]

    def draw_fixed(self) -> None:
        """Timing, finders, alignment, format and version marks."""
        for i in range(self.size):
            self._set(6, i, i % 2 == 0)
            self._set(i, 6, i % 2 == 0)
        for row, column in ((3, 3), (3, self.size - 4), (self.size - 4, 3)):
            self._draw_rings(row, column, 4, (2, 4))
        centres = _VERSIONS[self.version][2]
        last = centres[-1]
        for row in centres:
            for column in centres:
                if (row, column) not in ((6, 6), (6, last), (last, 6)):
                    self._draw_rings(row, column, 2, (1,))
        self._draw_format()
        if self.version >= 7:
            self._draw_version()

    def fill(self, words: list[int]) -> None:
        """Lay the bits in the zigzag, with mask 0."""
        bits = (word >> shift & 1 for word in words for shift in range(7, -1, -1))
        for row, column in self._zigzag():
            self.cells[row][column] = bool(next(bits, 0)) != ((row + column) % 2 == 0)

    def _zigzag(self) -> Iterator[tuple[int, int]]:
        right, upward = self.size - 1, True
        while right > 0:
            if right == 6:
                right = 5
            for step in range(self.size):
                row = self.size - 1 - step if upward else step
                for column in (right, right - 1):
                    if not self._taken[row][column]:
                        yield row, column
            right, upward = right - 2, not upward

    def _set(self, row: int, column: int, black: bool) -> None:
        if 0 <= row < self.size and 0 <= column < self.size:
            self.cells[row][column] = black
            self._taken[row][column] = True

    def _draw_rings(self, row: int, column: int, reach: int, white: tuple[int, ...]) -> None:
        for r in range(-reach, reach + 1):
            for c in range(-reach, reach + 1):
                self._set(row + r, column + c, max(abs(r), abs(c)) not in white)

    def _draw_format(self) -> None:
        bits = _bch(0b01000, 0x537, 10) ^ 0x5412
        size = self.size
        near = (
            [(i, 8) for i in range(6)] + [(7, 8), (8, 8), (8, 7)] + [(8, 5 - i) for i in range(6)]
        )
        far = [(8, size - 1 - i) for i in range(8)] + [(size - 7 + i, 8) for i in range(7)]
        for i, (row, column) in enumerate(near):
            self._set(row, column, bool(bits >> i & 1))
        for i, (row, column) in enumerate(far):
            self._set(row, column, bool(bits >> i & 1))
        self._set(size - 8, 8, True)

    def _draw_version(self) -> None:
        bits = _bch(self.version, 0x1F25, 12)
        for i in range(18):
            a, b = self.size - 11 + i % 3, i // 3
            self._set(a, b, bool(bits >> i & 1))
            self._set(b, a, bool(bits >> i & 1))
