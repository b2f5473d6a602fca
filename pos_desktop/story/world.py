"""What goes wrong around a counter: lines are cut, servers refuse, the relay is gone."""

from __future__ import annotations

import json
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import httpx

from pos_desktop import assets
from pos_desktop.story.cable import Cable

if TYPE_CHECKING:
    from pathlib import Path

    from pos_desktop.sandbox.surroundings import Surroundings

_TIMEOUT = 10.0
_LINES = ("razorpay", "exotel")


class World:
    """``cables``: gateway and Exotel are reached over lines of their own, which can be cut."""

    def __init__(self, around: Surroundings, *, cables: bool) -> None:
        self._around = around
        self._relay_up = True
        self._cables: dict[str, Cable] = {}
        self.endpoints: Path = around.file
        if cables:
            self.endpoints = self._laid()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for cable in self._cables.values():
            cable.close()

    @property
    def control(self) -> str:
        """The address of the practice servers' control."""
        return str(self._around.endpoints["control"])

    @property
    def relay(self) -> str:
        """The address of the bill pages."""
        return str(self._around.endpoints["relay"])

    def cut(self, *names: str) -> None:
        """Nobody is there any more: razorpay, exotel, relay."""
        for name in names:
            if name == "relay":
                self._around.stop_relay()
                self._relay_up = False
            else:
                self._cables[name].cut()

    def hold(self, name: str) -> None:
        """The line swallows everything: razorpay or exotel."""
        self._cables[name].hold()

    def mend(self) -> None:
        """Every line is as new."""
        for cable in self._cables.values():
            cable.mend()
        if not self._relay_up:
            self._around.start_relay()
            self._relay_up = True

    def fault(self, target: str, kind: str, **more: object) -> None:
        """Arm a fault of the practice servers (``sandbox.faults.Fault``)."""
        self._tell("/faults", {"target": target, "kind": kind, **more})

    def heal(self) -> None:
        """Nothing is armed any more."""
        httpx.delete(f"{self.control}/faults", timeout=_TIMEOUT).raise_for_status()

    def switch(self, **features: object) -> None:
        """Switches of the practice accounts (``sandbox.settings.Features``)."""
        self._tell("/features", features)

    def pause_template(self, name: str) -> None:
        """The provider knows the shop's texts but this one, as while Meta has it paused."""
        self._tell("/templates", [row for row in _templates() if row["name"] != name])

    def resume_templates(self) -> None:
        """Every text is approved again."""
        self._tell("/templates", _templates())

    def end_refund(self, refund_id: str, status: str) -> None:
        """A pending refund becomes ``processed`` or ``failed``."""
        self._tell(f"/refunds/{refund_id}", {"status": status})

    def _tell(self, path: str, body: object) -> None:
        answer = httpx.post(self.control + path, json=body, timeout=_TIMEOUT)
        answer.raise_for_status()

    def _laid(self) -> Path:
        """The counter's own file of endpoints, with the cables in place of the servers."""
        ends = dict(self._around.endpoints)
        for name in _LINES:
            parts = urlsplit(str(ends[name]))
            cable = self._cables[name] = Cable(parts.port or 0)
            ends[name] = parts._replace(netloc=f"127.0.0.1:{cable.port}").geturl()
        file = self._around.file.with_name("counter.json")
        file.write_text(json.dumps(ends), encoding="utf-8")
        file.chmod(0o600)
        return file


def _templates() -> list[dict[str, object]]:
    return list(json.loads(assets.path("templates/messages.json").read_bytes()))
