from pathlib import Path

import pytest

from web.settings import SettingsWrong, from_environment


def test_an_empty_environment_is_enough() -> None:
    settings = from_environment({})
    assert settings.database_url == "sqlite:///stofstroom.sqlite3"
    assert settings.keys == Path("stofstroom.keys")
    assert settings.public_url == "http://localhost:8000"
    assert settings.body_max_bytes == 1024 * 1024


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("sqlite:////var/lib/stofstroom/data.sqlite3", "/var/lib/stofstroom/stofstroom.keys"),
        ("sqlite:///here/data.sqlite3", "here/stofstroom.keys"),
        ("sqlite://", "stofstroom.keys"),
        ("postgresql+psycopg://stofstroom@localhost/stofstroom", "stofstroom.keys"),
    ],
)
def test_the_keys_lie_beside_the_database_file(url: str, keys: str) -> None:
    assert from_environment({"STOFSTROOM_DATABASE_URL": url}).keys == Path(keys)


def test_what_is_set_is_taken() -> None:
    settings = from_environment(
        {
            "STOFSTROOM_KEYS": "/etc/stofstroom/ring",
            "STOFSTROOM_PUBLIC_URL": "https://stofstroom.example.org/",
            "STOFSTROOM_BODY_MAX_BYTES": "2048",
        }
    )
    assert settings.keys == Path("/etc/stofstroom/ring")
    assert settings.public_url == "https://stofstroom.example.org"
    assert settings.body_max_bytes == 2048


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "a lot", "\N{ARABIC-INDIC DIGIT THREE}"])
def test_a_limit_is_a_whole_number_above_zero(text: str) -> None:
    with pytest.raises(SettingsWrong, match="STOFSTROOM_BODY_MAX_BYTES"):
        from_environment({"STOFSTROOM_BODY_MAX_BYTES": text})
