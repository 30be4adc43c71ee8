"""Settings: frozen, complete or refused with a sentence, and never more than a process needs."""

import dataclasses
import os
from collections.abc import Callable, Iterator

import pytest

import config
from portal.domain.errors import ConfigError, ManifestError, PortalError
from portal.sealing.suite import public_from_seed
from tests.builders.deployment import Deployment

SITES = ("public", "staff", "worker")


@pytest.mark.parametrize("site", SITES)
def test_every_process_finds_its_settings(deployment: Deployment, site: str) -> None:
    settings = config.load(site, deployment.environ)
    assert settings.demo
    assert settings.languages[0] == "vi"


@pytest.mark.parametrize("site", SITES)
def test_settings_are_frozen(deployment: Deployment, site: str) -> None:
    settings = config.load(site, deployment.environ)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.demo = False  # type: ignore[misc]


@pytest.mark.parametrize("site", SITES)
def test_no_secret_shows_in_the_repr(deployment: Deployment, site: str) -> None:
    environ = deployment.environ | {
        "DATABASE_URL": "postgresql://me:hush-hush@localhost/reports",
        "REDIS_URL": "redis://:hush-hush@localhost/0",
    }
    shown = repr(config.load(site, environ))
    assert "hush-hush" not in shown
    for secret in _secrets(deployment):
        assert secret.hex() not in shown
        assert repr(secret) not in shown


def test_the_public_settings_hold_no_private_key(deployment: Deployment) -> None:
    held = set(_bytes_in(config.load("public", deployment.environ)))
    keys = deployment.keys
    private = [
        keys.recovery,
        keys.signers.ed25519,
        keys.signers.mldsa65,
        *(role.seed for role in keys.roles),
        (deployment.folder / "staff" / "audit.key").read_bytes(),
        (deployment.folder / "worker" / "worker.seed").read_bytes(),
        (deployment.folder / "worker" / "audit.key").read_bytes(),
    ]
    for seed in private:
        assert not any(seed in value for value in held)
    assert public_from_seed(keys.recovery) in held, "the search looks into the manifest"


def test_the_search_for_private_keys_can_find_one(deployment: Deployment) -> None:
    seed = (deployment.folder / "staff" / "audit.key").read_bytes()
    assert seed in set(_bytes_in(config.load("staff", deployment.environ)))


@pytest.mark.parametrize(("site", "other"), [("staff", "worker"), ("worker", "staff")])
def test_no_process_holds_the_key_with_which_another_signs_the_log(
    deployment: Deployment, site: str, other: str
) -> None:
    seed = (deployment.folder / other / "audit.key").read_bytes()
    assert seed not in set(_bytes_in(config.load(site, deployment.environ)))


Break = Callable[[Deployment], dict[str, str] | None]


def _remove(name: str) -> Break:
    return lambda deployment: (deployment.folder / name).unlink()


def _write(name: str, content: bytes) -> Break:
    def write(deployment: Deployment) -> None:
        (deployment.folder / name).write_bytes(content)

    return write


def _short(name: str) -> Break:
    return _write(name, b"0123456789")


def _text(name: str, old: str, new: str) -> Break:
    return lambda deployment: deployment.write(name, old, new)


def _environ(**more: str) -> Break:
    return lambda _: more


BROKEN: dict[str, tuple[str, Break, str]] = {
    "no settings": ("public", _remove("portal.toml"), "no deployment"),
    "not TOML": ("public", _text("portal.toml", "https = false", "https = "), "portal.toml"),
    "unknown setting": ("public", _text("portal.toml", "https =", "htps ="), "htps"),
    "wrong kind": ("public", _text("portal.toml", "https = false", 'https = "no"'), "https"),
    "exit elsewhere": (
        "public",
        _text("portal.toml", '"https://www', '"javascript:www'),
        "exit_url",
    ),
    "languages": ("public", _text("portal.toml", '"vi", "en",', '"V I", "en",'), "languages"),
    "a language without a catalogue": (
        "public",
        _text("portal.toml", '"vi", "en",', '"vi", "tlh",'),
        "tlh has no compiled catalogue",
    ),
    "country": ("public", _text("portal.toml", '"VN"', '"Vietnam"'), "country"),
    "secret missing": ("public", _remove("public/pepper.key"), "pepper.key"),
    "secret short": ("public", _short("public/draft.key"), "draft.key"),
    "staff secret missing": ("staff", _remove("staff/secret.key"), "secret.key"),
    "audit key short": ("staff", _short("staff/audit.key"), "audit.key"),
    "worker's key missing": ("worker", _remove("worker/worker.seed"), "worker.seed"),
    "agencies missing": ("public", _remove("agencies.toml"), "agencies.toml"),
    "agencies wrong": (
        "staff",
        _text("agencies.toml", 'fallback = "vn-hotline"', 'fallback = "nobody"'),
        "agencies.toml",
    ),
    "agency without keys": (
        "public",
        _text("agencies.toml", 'id = "sea-desk"', 'id = "new-desk"'),
        "new-desk",
    ),
    "demo refused": ("public", _environ(PORTAL_DEMO="0"), "PORTAL_DEMO=0"),
    "demo unclear": ("public", _environ(PORTAL_DEMO="no"), "PORTAL_DEMO"),
    "port a word": ("public", _environ(PORTAL_PUBLIC_PORT="http"), "PORTAL_PUBLIC_PORT"),
    "port too high": ("staff", _environ(PORTAL_STAFF_PORT="65536"), "PORTAL_STAFF_PORT"),
    "database": ("public", _environ(DATABASE_URL="reports"), "DATABASE_URL"),
    "database kind": ("public", _environ(DATABASE_URL="mysql://a/b"), "DATABASE_URL"),
    "shred database": ("staff", _environ(SHRED_DATABASE_URL="//"), "SHRED_DATABASE_URL"),
    "one database for both": (
        "worker",
        _environ(DATABASE_URL="postgresql://a/b", SHRED_DATABASE_URL="postgresql://a/b"),
        "shred",
    ),
    "redis": ("public", _environ(REDIS_URL="http://localhost"), "REDIS_URL"),
    "version seen": (
        "public",
        _write("manifest.seen", b"soon"),
        "manifest.seen",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_stops_the_start_with_a_sentence(deployment: Deployment, case: str) -> None:
    site, damage, named = BROKEN[case]
    config.load(site, deployment.environ)
    environ = deployment.environ | (damage(deployment) or {})
    with pytest.raises(PortalError) as refused:
        config.load(site, environ)
    assert named in str(refused.value)
    assert "reports" not in str(refused.value) or case != "database", "an address may hold a secret"


def test_an_unknown_site_is_refused(deployment: Deployment) -> None:
    with pytest.raises(ConfigError, match="public"):
        config.load("admin", deployment.environ)


@pytest.mark.parametrize("site", SITES)
def test_an_altered_manifest_stops_every_process(deployment: Deployment, site: str) -> None:
    deployment.write("manifest.json", "triage", "triagE")
    with pytest.raises(ManifestError, match="signed"):
        config.load(site, deployment.environ)


def test_a_manifest_of_other_signers_is_refused(deployment: Deployment) -> None:
    strangers = dataclasses.replace(deployment.keys, signers=type(deployment.keys.signers)(
        os.urandom(32), deployment.keys.signers.mldsa65))  # fmt: skip
    manifest = config.load("public", deployment.environ).manifest
    raw = strangers.signed(
        version=9, not_after=manifest.not_after, demo=True, log_signers=manifest.log_signers
    )
    (deployment.folder / "manifest.json").write_bytes(raw)
    with pytest.raises(ManifestError, match="signed"):
        config.load("public", deployment.environ)


def test_an_expired_manifest_is_refused(deployment: Deployment) -> None:
    deployment.sign(version=2, days=-0.01)
    with pytest.raises(ManifestError, match="expired"):
        config.load("public", deployment.environ)


def test_a_manifest_older_than_one_used_before_is_refused(deployment: Deployment) -> None:
    deployment.sign(version=3)
    assert config.load("public", deployment.environ).manifest.version == 3
    deployment.sign(version=2)
    with pytest.raises(ManifestError, match="too old"):
        config.load("public", deployment.environ)
    deployment.sign(version=3)
    assert config.load("public", deployment.environ).manifest.version == 3


def test_the_settings_can_ask_for_a_newer_manifest(deployment: Deployment) -> None:
    deployment.write("portal.toml", "manifest_version = 1", "manifest_version = 2")
    with pytest.raises(ManifestError, match="too old"):
        config.load("public", deployment.environ)


def test_a_real_deployment_must_be_reached_over_https(deployment: Deployment) -> None:
    deployment.sign(version=2, demo=False)
    with pytest.raises(ConfigError, match="https"):
        config.load("public", deployment.environ)
    deployment.write("portal.toml", "https = false", "https = true")
    settings = config.load("public", deployment.environ | {"PORTAL_DEMO": "0"})
    assert settings.https
    assert not settings.demo


def test_ports_have_defaults_and_can_be_set() -> None:
    assert config.port({}, "public") == 8000
    assert config.port({}, "staff") == 8001
    assert config.port({"PORTAL_STAFF_PORT": "9000"}, "staff") == 9000


def _secrets(deployment: Deployment) -> Iterator[bytes]:
    for folder in SITES:
        for file in (deployment.folder / folder).glob("*"):
            yield file.read_bytes()


def _bytes_in(thing: object, seen: set[int] | None = None) -> Iterator[bytes]:
    """Every byte string that can be reached from an object."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, bytes):
        yield thing
    elif isinstance(thing, str):
        yield thing.encode("utf-8", "surrogatepass")
    elif isinstance(thing, dict):
        for pair in thing.items():
            yield from _bytes_in(pair, seen)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        for item in thing:
            yield from _bytes_in(item, seen)
    elif dataclasses.is_dataclass(thing):
        for item in dataclasses.fields(thing):
            yield from _bytes_in(getattr(thing, item.name), seen)


def test_an_older_file_leaves_deletion_to_the_desk(deployment: Deployment) -> None:
    deployment.write("portal.toml", 'deletion = "decide"\n', "")
    assert not config.load_public(deployment.environ).deletes_at_once


@pytest.mark.parametrize(("word", "at_once"), [("decide", False), ("at_once", True)])
def test_a_deployment_says_who_decides_on_deletion(
    deployment: Deployment, word: str, at_once: bool
) -> None:
    deployment.write("portal.toml", '"decide"', f'"{word}"')
    assert config.load_public(deployment.environ).deletes_at_once is at_once


@pytest.mark.parametrize("word", ['"never"', "true", "[]"])
def test_a_word_for_deletion_that_nobody_knows_stops_the_start(
    deployment: Deployment, word: str
) -> None:
    deployment.write("portal.toml", '"decide"', word)
    with pytest.raises(ConfigError, match="deletion must be decide or at_once"):
        config.load_public(deployment.environ)
