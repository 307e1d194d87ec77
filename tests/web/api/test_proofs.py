"""What anybody gets without a token: heads, keys and proofs, of now and of earlier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from chain.checkpoints import checkpoint_now
from proof.merkle import verify_consistency, verify_inclusion
from proof.rotation import trusted
from proof.signing import load_or_create_ring, verify_head
from tests.web.api.calling import Hall
from tests.web.api.counting import statements
from tests.web.api.good import shipped
from web.keys import rotate

FIELDS = {"log", "size", "root", "at", "key", "signature"}
FEW, MANY = 3, 40


@pytest.fixture
def anybody(hall: Hall) -> TestClient:
    """Somebody without a token."""
    return TestClient(hall.app)


def get(anybody: TestClient, path: str, **query: Any) -> Any:
    answer = anybody.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def keep(hall: Hall, chain: str = "site:S1") -> dict[str, Any]:
    """A checkpoint that is given out."""
    ring = load_or_create_ring(hall.app.state.settings.keys, now=hall.depot.now)
    with hall.depot.database.write() as session:
        (head,) = checkpoint_now(session, ring, [chain], now=hall.depot.now)
    return dict(head)


def test_a_stranger_gets_what_is_public_and_nothing_more(hall: Hall, anybody: TestClient) -> None:
    hall.depot.log()
    keep(hall)
    for head in [*get(anybody, "/checkpoints"), *get(anybody, "/checkpoints", chain="site:S1")]:
        assert set(head) == FIELDS
    for key in get(anybody, "/keys"):
        assert set(key) == {"key", "public", "valid_from", "retired_at", "change"}
    assert anybody.get("/api/v1/proofs/site:S1.1").status_code == 401


def test_a_head_that_was_given_out_is_found_again_by_its_size(
    hall: Hall, anybody: TestClient
) -> None:
    kept = []
    for _ in range(5):
        hall.depot.log()
        kept.append(keep(hall))
        assert keep(hall) == kept[-1], "the same until the chain grows"
    assert get(anybody, "/checkpoints", chain="site:S1") == kept[::-1]
    for head in kept:
        assert get(anybody, "/checkpoints", chain="site:S1", size=head["size"]) == [head]
    assert get(anybody, "/checkpoints", chain="site:S1", size=1) == []
    first = anybody.get("/api/v1/checkpoints", params={"chain": "site:S1", "limit": 2})
    assert first.json() == kept[:2:-1]
    rest = anybody.get(first.links["next"]["url"])
    assert rest.json() == kept[2:0:-1]


def test_every_earlier_head_is_the_beginning_of_every_later_one(
    hall: Hall, anybody: TestClient
) -> None:
    kept = []
    for _ in range(4):
        shipped(hall.depot)
        kept.append(keep(hall))
    for place, old in enumerate(kept):
        for new in kept[place:]:
            ends = {"from": old["size"], "to": new["size"]}
            found = get(anybody, "/proofs/consistency", chain="site:S1", **ends)
            assert (found["from_root"], found["to_root"]) == (old["root"], new["root"])
            proven = {
                "first_size": old["size"],
                "second_size": new["size"],
                "first_root": bytes.fromhex(old["root"]),
                "proof": [bytes.fromhex(step) for step in found["path"]],
            }
            assert verify_consistency(**proven, second_root=bytes.fromhex(new["root"]))
            assert not verify_consistency(**proven, second_root=bytes(32))


def test_an_entry_is_proven_in_a_tree_of_earlier_too(hall: Hall) -> None:
    shipped(hall.depot)
    kept = keep(hall)
    shipped(hall.depot)
    for seq in range(1, kept["size"] + 1):
        path = f"/proofs/site:S1.{seq}"
        found = hall.get(path, by="auditor", size=kept["size"]).json()
        assert (found["root"], found["size"]) == (kept["root"], kept["size"])
        assert verify_inclusion(
            index=seq - 1,
            size=kept["size"],
            leaf=bytes.fromhex(found["hash"]),
            proof=[bytes.fromhex(step) for step in found["path"]],
            expected_root=bytes.fromhex(kept["root"]),
        )
    size = kept["size"]
    assert hall.get(f"/proofs/site:S1.{size + 1}", by="auditor", size=size).status_code == 404
    assert hall.get("/proofs/site:S1.1", by="auditor", size=10**6).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"chain": "site:S1", "from": 3, "to": 2}, 422),
        ({"chain": "site:S1", "from": 1, "to": 10**6}, 422),
        ({"chain": "site:S1", "from": 10**6}, 422),
        ({"chain": "site:S1", "from": 0}, 422),
        ({"chain": "site:S9", "from": 1}, 404),
        ({"chain": "nonsense", "from": 1}, 422),
        ({"chain": "site:S1"}, 422),
    ],
)
def test_a_proof_that_there_is_not_is_refused(
    hall: Hall, anybody: TestClient, query: dict[str, Any], status: int
) -> None:
    hall.depot.log()
    assert anybody.get("/api/v1/proofs/consistency", params=query).status_code == status


def test_a_proof_takes_few_statements_however_long_the_chain(hall: Hall) -> None:
    def asked_for(path: str, **query: Any) -> int:
        hall.get("/checkpoints")
        with statements(hall.depot.database) as asked:
            assert hall.get(path, by="auditor", **query).is_success
        return len(asked)

    for _ in range(FEW):
        hall.depot.log()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("/proofs/site:S1.2", {}),
        ("/proofs/consistency", {"chain": "site:S1", "from": 3}),
    ]
    for path, query in calls:
        asked_for(path, **query)
    short = [asked_for(path, **query) for path, query in calls]
    for _ in range(MANY):
        hall.depot.log()
    long = [asked_for(path, **query) for path, query in calls]
    assert all(more <= few + 1 <= 8 for more, few in zip(long, short, strict=True)), (short, long)


def test_a_running_server_signs_with_a_new_key_at_once(hall: Hall, anybody: TestClient) -> None:
    (old,) = get(anybody, "/keys")
    before = get(anybody, "/checkpoints")
    later = hall.depot.now + timedelta(minutes=1)
    done = rotate(hall.depot.database, hall.app.state.settings.keys, now=later)
    new, retired = get(anybody, "/keys")
    assert (new["key"], new["retired_at"]) == (done.key, None)
    assert retired == old | {"retired_at": new["valid_from"]}
    ring = load_or_create_ring(hall.app.state.settings.keys, now=later)
    first = ring.keys[0]
    keys = trusted({first.key_id: first.public}, [new["change"]])
    for head in get(anybody, "/checkpoints"):
        assert head["key"] == done.key
        assert verify_head(head, keys[head["key"]])
    for head in before:
        assert verify_head(head, keys[head["key"]])
