"""Facts that the whole window may want to know. The only application-wide signals.

Emit from any thread. Listeners: ``gui.wiring.Wiring`` and its parts (by queued connections), nobody
else.
"""

from PySide6.QtCore import QObject, Signal


class Events(QObject):
    """``changed``: some bill changed, read the desk again.

    ``paid`` carries a ``services.views.PaidNews``; ``lamps`` a tuple of ``services.views.Lamp``
    with those that changed. ``locked``: this counter may give no bill numbers any more.
    """

    changed = Signal()
    paid = Signal(object)
    lamps = Signal(object)
    locked = Signal()
