"""API keys: form, checksum, hash; roles."""

from itertools import product

import pytest

from lull import randomness
from lull.domain.credentials import API_KEY_RANDOM_LENGTH, Role, api_key_secret, hashed_api_key
from lull.domain.errors import Unauthenticated


def a_secret() -> str:
    return api_key_secret(randomness.secret(API_KEY_RANDOM_LENGTH))


def test_a_key_has_its_prefix_160_random_bits_and_a_checksum():
    secret = a_secret()
    assert secret.startswith("lull_")
    assert len(secret) == 5 + 27 + 6
    assert 62**API_KEY_RANDOM_LENGTH > 2**160


def test_a_thousand_keys_are_all_different_and_accepted():
    secrets = {a_secret() for _ in range(1_000)}
    assert len({hashed_api_key(secret) for secret in secrets}) == 1_000


def test_any_single_changed_character_is_refused_without_a_look_up():
    secret = a_secret()
    for position in range(len(secret)):
        changed = secret[:position] + ("b" if secret[position] == "a" else "a") + secret[position + 1 :]
        with pytest.raises(Unauthenticated):
            hashed_api_key(changed)


@pytest.mark.parametrize("text", ["lull_", "lull_" + "ä" * 33, "", "x" * 38, "lull_" + "a" * 32])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Unauthenticated):
        hashed_api_key(text)


@pytest.mark.parametrize(("role", "needed"), list(product(Role, Role)))
def test_a_role_may_do_what_those_before_it_may(role, needed):
    order = ["viewer", "deployer", "member", "admin"]
    assert role.includes(needed) is (order.index(role) >= order.index(needed))
