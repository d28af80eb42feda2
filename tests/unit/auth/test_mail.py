from __future__ import annotations

import email
import email.policy
import sys
from typing import TYPE_CHECKING, get_args

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from shared.auth.accounts.mail import FolderMailer, SesMailer, open_mailer
from shared.auth.accounts.messages import FOLDER, Kind, Notice, written
from shared.auth.accounts.options import Options
from shared.settings.accounts import AccountSettings, AuthSettings, MailSettings

if TYPE_CHECKING:
    from pathlib import Path

    from shared.auth.accounts.messages import Mail

LINK = "https://api.example.test/api/auth/verify-email?token=x&callbackURL=%2F"
KINDS: tuple[Kind, ...] = get_args(Kind)
NOTICES: tuple[Notice, ...] = get_args(Notice)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.mark.parametrize("kind", KINDS)
def test_each_mail_has_a_subject_and_the_link_as_text_and_as_html(kind: Kind) -> None:
    mail = written(kind, "ann@example.com", LINK, site="api.example.test", address="new@example.com")
    assert mail.subject
    assert "\n" not in mail.subject
    assert LINK in mail.text.splitlines()
    assert f'<a href="{LINK.replace("&", "&amp;")}">' in mail.html
    assert "$" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize("kind", NOTICES)
def test_a_notice_tells_which_site_and_leads_nowhere(kind: Notice) -> None:
    mail = written(kind, "ann@example.com", "", site="api.example.test")
    assert "api.example.test" in mail.subject
    assert "api.example.test" in mail.text
    assert "http" not in mail.text
    assert "href" not in mail.html
    assert "$" not in mail.subject + mail.text + mail.html


def test_there_are_two_templates_a_kind_and_no_others() -> None:
    templates = {path.name for path in FOLDER.iterdir() if path.suffix in {".txt", ".html"}}
    assert templates == {f"{kind}.{ending}" for kind in (*KINDS, *NOTICES) for ending in ("txt", "html")}


def test_nothing_that_is_filled_in_is_taken_for_markup() -> None:
    mail = written("confirm_new_email", "a@example.com", LINK, site="x", address="<b>o'neil</b>@example.com")
    assert "<b>" not in mail.html
    assert "&lt;b&gt;" in mail.html


@pytest.mark.usefixtures("cloud")
def test_ses_gets_the_mail_from_the_configured_address() -> None:
    with mock_aws():
        mailer = SesMailer("docs@example.com")
        mailer._client.create_email_identity(EmailIdentity="docs@example.com")  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (SES wants to know the sender first)
        mailer.send(written("verify_email", "ann@example.com", LINK, site="api.example.test"))
        [sent] = sesv2_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].core_backend.sent_messages
    assert sent.source == "docs@example.com"
    assert sent.destinations["ToAddresses"] == ["ann@example.com"]
    assert "Confirm your e-mail address" in sent.subject


def test_a_folder_gets_one_readable_file_a_mail_in_order(tmp_path: Path) -> None:
    mailer = FolderMailer(str(tmp_path / "mail"))
    for recipient in ("ann@example.com", "bob@example.com"):
        mailer.send(written("reset_password", recipient, LINK, site="api.example.test"))
    files = sorted((tmp_path / "mail").iterdir())
    parsed = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    assert [message["To"] for message in parsed] == ["ann@example.com", "bob@example.com"]
    for message in parsed:
        text = message.get_body(("plain",))
        assert text is not None
        assert LINK in text.get_content()


def test_the_settings_choose() -> None:
    assert isinstance(open_mailer(MailSettings("docs@example.com", "/folder")), SesMailer)
    assert isinstance(open_mailer(MailSettings("", "/folder")), FolderMailer)
    assert open_mailer(MailSettings()) is None


class Broken:
    def prepare(self) -> None:
        pass

    def send(self, mail: Mail) -> None:
        raise ConnectionError(mail.recipient)


def test_a_mail_that_cannot_be_sent_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    settings = AuthSettings("x" * 32, "https://api.example.test")
    sound = Options.of(settings, AccountSettings(), MailSettings())
    broken = Options(sound.account, sound.origin, sound.secret, Broken())
    broken.send("verify_email", "ann@example.com", "/verify-email?token=secret&", "/")
    assert "a mail was not sent" in caplog.text
    assert "token=secret" not in caplog.text


def test_boto3_is_not_imported_before_the_first_mail(cloud: None) -> None:
    del cloud
    before = set(sys.modules)
    mailer = open_mailer(MailSettings("docs@example.com"))
    assert mailer is not None
    assert not {name for name in set(sys.modules) - before if name.startswith(("boto3", "botocore"))}


def test_the_folder_is_made_with_all_that_leads_to_it(tmp_path: Path) -> None:
    FolderMailer(str(tmp_path / "a" / "b")).send(written("reset_password", "ann@example.com", LINK, site="site.test"))
    assert len(list((tmp_path / "a" / "b").iterdir())) == 1


def test_getting_ready_readies_whoever_sends_mail_and_needs_nobody(tmp_path: Path) -> None:
    class Readied(FolderMailer):
        def prepare(self) -> None:
            ready.append(self)

    ready: list[Readied] = []
    mailer = Readied(str(tmp_path))
    for each in (mailer, None):
        Options(AccountSettings(), "https://api.example.test", "secret", each).prepare()
    assert ready == [mailer]
