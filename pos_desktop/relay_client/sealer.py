"""Seals what is published under its token (ports.Sealer)."""

import msgspec

from pos_desktop.wire import seal, v1


class TokenSealer:
    """Pure and deterministic: equal content under the same token gives equal bytes."""

    def page(self, token: str, revision: int, content: v1.PageContent) -> bytes:
        """The sealed content of one revision. SealError for a malformed token."""
        return seal.seal(token, seal.PAGE, revision, msgspec.json.encode(content))

    def pdf(self, token: str, revision: int, pdf: bytes) -> bytes:
        """The sealed PDF of one revision."""
        return seal.seal(token, seal.PDF, revision, pdf)

    def picture(self, token: str, png: bytes) -> bytes:
        """The sealed payment QR; pictures have no revisions."""
        return seal.seal(token, seal.PICTURE, 0, png)
