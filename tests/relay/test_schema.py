"""The relay against its own OpenAPI: no answer of the 500s on any input (promise R17)."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.relay.support import OPERATOR, Relay, Till

MANY = pytest.param(150, marks=[pytest.mark.full, pytest.mark.timeout(1800)])


@pytest.mark.parametrize("examples", [4, MANY])
def test_no_input_breaks_an_operation(relay: Relay, till: Till, examples: int) -> None:
    """Every operation with generated and broken input, as an enrolled counter or operator."""
    schema = schemathesis.openapi.from_url(f"{relay.base_url}/schema/openapi.json")
    tried = []
    said: Counter[int] = Counter()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                _try(strategy, till, examples, said)
            except Unsatisfiable:
                continue  # an operation without parameters has no wrong input
            tried.append((operation.method, operation.path))
    assert len(set(tried)) >= 18
    assert said[429] == 0, "a relay that is slowed down would prove nothing"
    assert set(said) >= {200, 400, 404}, "some of it was taken, some refused"


def _try(strategy: SearchStrategy[Any], till: Till, examples: int, said: "Counter[int]") -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def call(case: Any) -> None:
        token = OPERATOR if "operator" in case.path else till.answer.token
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        if case.path == "/v1/feed":
            case.query = {**(case.query or {}), "wait": "0"}
        reply = case.call_and_validate(headers=headers, checks=[not_a_server_error], timeout=10)
        said[reply.status_code] += 1

    call()


def test_what_needs_a_session_says_so(relay: Relay) -> None:
    described = relay.http.get("/schema/openapi.json").json()
    assert described["openapi"].startswith("3.")
    secured = {
        (path, method): operation.get("security")
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    for (path, method), security in secured.items():
        wants = path.startswith("/v1/") and path != "/v1/enrol"
        assert bool(security) is wants, (path, method)
        if wants:
            concrete = path.replace("{page_id}", "0" * 64)
            reply = relay.http.request(method.upper(), concrete.replace("{", "").replace("}", ""))
            assert reply.status_code == 401, (path, method)
