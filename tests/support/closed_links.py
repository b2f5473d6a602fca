"""Bills of the last days whose links expired: they are watched for late money."""

from dataclasses import replace

from pos_desktop.domain.payment import CollectState, GatewayStatus
from pos_desktop.domain.sale import Sale, SaleState
from tests.support.till import Services

_HOUR = 3600 * 1000
_DAY = 24 * _HOUR


def add_closed_links(services: Services, sale: Sale, count: int) -> list[str]:
    """Copies of ``sale``, whose link is open: given up, their links expired within the last four
    days and asked about since. Their references; the next question is hours away."""
    now, made, known = services.clock.now(), [], len(services.gateway.seen)
    with services.store.write() as uow:
        link = uow.collects.of(sale.order_id)[0]
        for n in range(known, known + count):
            order_id = f"01CLOSED{n:018d}"
            closed_at = now - _DAY - (n - known) * 3 * _DAY // count
            expired = replace(
                link,
                reference=f"{order_id}-1",
                order_id=order_id,
                state=CollectState.EXPIRED,
                created_at=closed_at - _HOUR,
                gateway_id=f"plink_closed_{n}",
                closed_at=closed_at,
                next_ask_at=now + _HOUR + n,
                asked_at=now - 20 * _HOUR + n,
                asks=40,
            )
            seen = services.gateway.seen[link.reference]
            services.gateway.seen[expired.reference] = replace(
                seen,
                reference=expired.reference,
                gateway_id=f"plink_closed_{n}",
                status=GatewayStatus.EXPIRED,
                payments=(),
            )
            uow.sales.add(_given_up(sale, order_id, n, closed_at - _HOUR))
            uow.collects.add(expired)
            made.append(expired.reference)
        uow.commit()
    return made


def _given_up(sale: Sale, order_id: str, n: int, created_at: int) -> Sale:
    return replace(
        sale,
        order_id=order_id,
        state=SaleState.ABANDONED,
        link_token=f"closed{n:016d}",
        token_no=1000 + n,
        created_at=created_at,
    )
