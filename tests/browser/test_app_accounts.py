import pytest
from app_pages import open_page

pytestmark = pytest.mark.browser

SENTENCE = "a long sentence to remember"


def test_first_account_token_sign_out_and_sign_in(chromium, served_with_accounts):
    opened = open_page(chromium, served_with_accounts, "/", width=1280, theme="light")
    page = opened.page
    page.get_by_role("heading", name="Make the first account").wait_for()
    assert opened.axe() == []
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the account").click()
    assert "12" in page.get_by_role("alert").inner_text()
    page.get_by_label("Password").fill(SENTENCE)
    page.get_by_role("button", name="Create the account").click()

    page.get_by_role("link", name="Account").click()
    page.get_by_label("What it is for").fill("nightly upload")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("heading", name="nightly upload").wait_for()
    assert page.locator("code").inner_text().startswith("tierscape_")
    assert opened.axe() == []

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("heading", level=1, name="Sign in").wait_for()  # the page before has a field of the same name
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Password").fill(SENTENCE)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Networks in this workspace").wait_for()
    assert opened.outside() == []
    page.context.close()
