"""The operator's file of who is told: read strictly before the server starts, and no secret is repeated."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from sandbox.app import open_store
from sandbox.cli import main
from sandbox.core.outbound import Ashby, Greenhouse, Lever, Webhook
from sandbox.endpoints import BadEndpoints, read_endpoints
from sandbox.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENVIRONMENT = {
    "BOT": SECRET,
    "GH": "gh-key",
    "LV": "lv-key",
    "AS": "as-key",
    "EMPTY": " ",
    "ODD": "two words",
}
ALL_KINDS = """
[[endpoint]]
name = "bot"
kind = "generic"
url = "https://bot.example/probe"
secret_env = "BOT"

[[endpoint]]
name = "greenhouse"
kind = "greenhouse"
key_env = "GH"
interviewer = "Robin"

[[endpoint]]
name = "lever"
kind = "lever"
key_env = "LV"
perform_as = "8d49b010"

[[endpoint]]
name = "ashby"
kind = "ashby"
key_env = "AS"
partner_id = "00000000-0000-0000-0000-000000000007"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "outbound.toml"
    path.write_text(text)
    return path


def generic(**changed: str) -> str:
    fields = {"name": "bot", "kind": "generic", "url": "https://bot.example/", "secret_env": "BOT"} | changed
    return "[[endpoint]]\n" + "\n".join(f'{name} = "{value}"' for name, value in fields.items() if value)


def test_every_kind_is_read_with_its_usual_address(tmp_path: Path) -> None:
    assert read_endpoints(write(tmp_path, ALL_KINDS), ENVIRONMENT) == (
        Webhook(
            name="bot",
            url="https://bot.example/probe",
            key=bytes.fromhex("31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0"),
        ),
        Greenhouse(name="greenhouse", url="https://app.greenhouse.io", api_key="gh-key", interviewer="Robin"),
        Lever(name="lever", url="https://api.lever.co", api_key="lv-key", perform_as="8d49b010"),
        Ashby(name="ashby", url="https://api.ashbyhq.com", api_key="as-key", partner_id=UUID(int=7)),
    )


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://[::1]/x", "http://localhost/x", "https://a.b/?q=1"]
)
def test_http_is_for_this_machine(tmp_path: Path, url: str) -> None:
    assert read_endpoints(write(tmp_path, generic(url=url)), ENVIRONMENT)[0].url == url


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "endpoint: Field required"),
        ("endpoint = [", "no TOML"),
        (generic(kind="taleo"), "'greenhouse'"),
        (generic(secret_env=""), "secret_env: Field required"),
        (generic(colour="red"), "colour: Extra inputs"),
        (generic(name="A Bot"), "name: String should match"),
        (generic() + "\n" + generic(), "the name bot twice"),
        (generic(secret_env="MISSING"), "variable MISSING is not set"),
        (generic(secret_env="EMPTY"), "variable EMPTY is not set or empty"),
        (generic(secret_env="ODD"), "characters that no key has"),
        (generic(secret_env="GH"), "begins with whsec_"),
        (generic(url="http://bot.example/"), "must begin with https://"),
        (generic(url="http://127.0.0.1.bot.example/"), "must begin with https://"),
        (generic(url="ftp://bot.example/"), "must be https://host"),
        (generic(url="https://me:pw@bot.example/"), "without a user"),
        (generic(url="https://[/"), "no address"),
        (
            ALL_KINDS.replace('"greenhouse"\nkey', '"greenhouse"\nurl = "https://x.y/?a"\nkey'),
            "must have no ?",
        ),
        (ALL_KINDS.replace("00000000-0000", "zero"), "partner_id"),
        ("#" * 70_000, "larger than"),
    ],
)
def test_what_is_wrong_is_said_and_no_secret_with_it(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadEndpoints) as wrong:
        read_endpoints(path, ENVIRONMENT)
    assert says in str(wrong.value)
    assert str(path) in str(wrong.value)
    assert not [one for one in ENVIRONMENT.values() if one.strip() and one in str(wrong.value)]


def test_a_server_does_not_start_with_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.toml"
    assert (
        main(["serve", "--runtime", "memory", "--data", str(tmp_path / "d"), "--outbound", str(missing)]) == 1
    )
    assert f"{missing} cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


def test_an_interview_made_in_the_shell_has_a_reference_too(tmp_path: Path, challenges: Path) -> None:
    shared = ["--data", str(tmp_path), "--challenges", str(challenges)]
    new = ["interview", "new", "--candidate", "Casey", "--interviewer", "Robin", *shared]
    assert main([*new, "--reference", "two words"]) == 64
    assert main([*new, "--reference", "opportunity-7"]) == 0
    store = open_store(Settings(data=tmp_path, challenges=challenges))
    assert store.interviews.find("opportunity-7") == store.interviews.list()[0].id
    assert store.interviews.find("opportunity-8") is None
    store.engine.dispose()
