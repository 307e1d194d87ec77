from datetime import timedelta
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


OIDC = {
    "STOFSTROOM_OIDC_ISSUER": "https://id.example.org/realms/depot",
    "STOFSTROOM_OIDC_CLIENT_ID": "stofstroom",
}


def test_without_an_issuer_there_is_no_single_sign_on() -> None:
    assert from_environment({}).providers == ()


def test_a_provider_needs_little_and_is_called_by_its_host() -> None:
    [provider] = from_environment(OIDC).providers
    assert (provider.key, provider.name) == ("1", "id.example.org")
    assert (provider.client_secret, provider.acr, provider.amr) == ("", (), ())


def test_several_providers_are_numbered(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("very secret\n", encoding="utf-8")
    second = {
        "STOFSTROOM_OIDC_2_ISSUER": "http://localhost:9000",
        "STOFSTROOM_OIDC_2_CLIENT_ID": "depot",
        "STOFSTROOM_OIDC_2_CLIENT_SECRET_FILE": str(file),
        "STOFSTROOM_OIDC_2_NAME": "Depot",
        "STOFSTROOM_OIDC_2_AMR": "mfa hwk",
    }
    settings = from_environment({**OIDC, **second})
    first, depot = settings.providers
    assert (first.key, depot.key, depot.name) == ("1", "2", "Depot")
    assert (depot.client_secret, depot.amr) == ("very secret", ("mfa", "hwk"))
    assert "very secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", "http://id.example.org"),
        ("ISSUER", "https://id.example.org?x=1"),
        ("ISSUER", "https://id.example.org/#x"),
        ("ISSUER", "https://user:password@id.example.org"),
        ("ISSUER", "https://id.example.org:port"),
        ("ISSUER", "id.example.org"),
        ("ISSUER", "https://"),
        ("ISSUER", ""),
        ("CLIENT_ID", ""),
        ("CLIENT_SECRET_FILE", "/nowhere/secret"),
        ("NAME", "two\nlines"),
        ("NAME", "a" * 61),
        ("2_ISSUER", "https://id.example.org/realms/depot"),
    ],
)
def test_a_provider_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong, match=f"STOFSTROOM_OIDC_{name}") as refused:
        from_environment({**OIDC, f"STOFSTROOM_OIDC_{name}": value})
    assert "password" not in str(refused.value)


def test_a_client_without_an_issuer_is_a_mistake() -> None:
    with pytest.raises(SettingsWrong, match="STOFSTROOM_OIDC_2_ISSUER"):
        from_environment({**OIDC, "STOFSTROOM_OIDC_2_CLIENT_ID": "depot"})


MAIL = {"STOFSTROOM_MAIL_HOST": "mail.example.org", "STOFSTROOM_MAIL_FROM": "stof@example.org"}


def test_without_a_host_no_mail_is_sent() -> None:
    assert from_environment({"STOFSTROOM_MAIL_FROM": "stof@example.org"}).mail is None


@pytest.mark.parametrize(
    ("tls", "port"), [("", 587), ("starttls", 587), ("tls", 465), ("none", 25)]
)
def test_the_port_of_mail_follows_from_how_it_is_guarded(tls: str, port: int) -> None:
    mail = from_environment({**MAIL, "STOFSTROOM_MAIL_TLS": tls}).mail
    assert mail is not None
    assert (mail.tls, mail.port) == (tls or "starttls", port)
    own = from_environment({**MAIL, "STOFSTROOM_MAIL_TLS": tls, "STOFSTROOM_MAIL_PORT": "2525"})
    assert own.mail is not None
    assert own.mail.port == 2525


def test_the_password_of_mail_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("very secret\n", encoding="utf-8")
    settings = from_environment(
        {**MAIL, "STOFSTROOM_MAIL_USER": "stof", "STOFSTROOM_MAIL_PASSWORD_FILE": str(file)}
    )
    assert settings.mail is not None
    assert settings.mail.password == "very secret"
    assert "very secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STOFSTROOM_MAIL_TLS", "ssl"),
        ("STOFSTROOM_MAIL_PORT", "smtp"),
        ("STOFSTROOM_MAIL_FROM", ""),
        ("STOFSTROOM_MAIL_FROM", "nobody"),
        ("STOFSTROOM_MAIL_FROM", "a@example.org\r\nBcc: b@example.org"),
        ("STOFSTROOM_MAIL_PASSWORD_FILE", "/nowhere/password"),
    ],
)
def test_a_wrong_setting_of_mail_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong, match=name):
        from_environment({**MAIL, name: value})


def test_a_password_is_not_sent_in_the_clear() -> None:
    with pytest.raises(SettingsWrong, match="STOFSTROOM_MAIL_USER"):
        from_environment({**MAIL, "STOFSTROOM_MAIL_USER": "me", "STOFSTROOM_MAIL_TLS": "none"})


def test_how_long_somebody_stays_signed_in_is_set_within_bounds() -> None:
    usual = from_environment({}).sessions
    assert (usual.idle, usual.idle_floor, usual.whole) == (
        timedelta(hours=1),
        timedelta(hours=4),
        timedelta(hours=12),
    )
    chosen = from_environment({"STOFSTROOM_IDLE_MINUTES": "30", "STOFSTROOM_SESSION_HOURS": "10"})
    assert (chosen.sessions.idle, chosen.sessions.whole) == (
        timedelta(minutes=30),
        timedelta(hours=10),
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("STOFSTROOM_IDLE_MINUTES", "4"),
        ("STOFSTROOM_IDLE_FLOOR_MINUTES", "1441"),
        ("STOFSTROOM_SESSION_HOURS", "25"),
        ("STOFSTROOM_SESSION_HOURS", "for ever"),
    ],
)
def test_nobody_stays_signed_in_for_ever(name: str, number: str) -> None:
    with pytest.raises(SettingsWrong, match=name):
        from_environment({name: number})


def test_the_connections_to_the_database_are_as_many_as_suits_it_unless_said() -> None:
    assert from_environment({}).connections is None
    assert from_environment({"STOFSTROOM_CONNECTIONS": "8"}).connections == 8
    for wrong in ("3", "401", "many"):
        with pytest.raises(SettingsWrong, match="STOFSTROOM_CONNECTIONS"):
            from_environment({"STOFSTROOM_CONNECTIONS": wrong})
