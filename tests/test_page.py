"""The page: its files and headers; and, where there is a Chromium, what a reader sees and does."""

import csv
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.settings import Settings
from serving.site import PAGE, add_page
from tests.conftest import running

FILES = sorted(p.name for p in PAGE.iterdir())
TITLE = "🇺🇦 Oslo 😀 decides"
TEXT = "🙂 Paris wants to send troops. Berlin 😀 rejects any soldiers there.\n\nRome would go only after a truce 🕊️."
SCRIPT = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'> Paris wants to send troops."

CANNED_TEXT = '😀 Paris would go if asked. =Berlin said "no". The harvest was good.'
CANNED: dict[str, Any] = {
    "id": None,
    "model": {"name": "canned", "version": "7"},
    "sentences": [
        {
            **{"index": 0, "part": "text", "start": 0, "end": 26, "text": "😀 Paris would go if asked."},
            **{"stance": "conditional", "confidence": 0.9, "uncertain": True, "truncated": False},
            "probabilities": {"support": 0.04, "oppose": 0.03, "conditional": 0.9, "none": 0.03},
            "holder": {"name": "Paris", "part": "text", "start": 2, "end": 7},
            "condition": {"text": "if asked", "start": 17, "end": 25},
        },
        {
            **{"index": 1, "part": "text", "start": 27, "end": 45, "text": '=Berlin said "no".'},
            **{"stance": "oppose", "confidence": 0.6, "truncated": True},
            "probabilities": {"support": 0.2, "oppose": 0.6, "conditional": 0.1, "none": 0.1},
            "holder": {"name": "author", "part": None, "start": None, "end": None},
            "condition": None,
        },
        {
            **{"index": 2, "part": "text", "start": 46, "end": 67, "text": "The harvest was good."},
            **{"stance": "none", "confidence": 0.8, "truncated": False},
            "probabilities": {"support": 0.1, "oppose": 0.05, "conditional": 0.05, "none": 0.8},
            **{"holder": None, "condition": None},
        },
    ],
    "summary": {"counts": {"support": 0, "oppose": 1, "conditional": 1, "none": 1}, "holders": []},
}


def canned_app() -> FastAPI:
    """A service whose answers are known, so that what the page makes of them can be."""
    app = FastAPI()

    @app.post("/classify")
    async def classify(article: dict[str, str], request: Request) -> JSONResponse:
        if article["title"] == "locked" and request.headers.get("authorization") != "Bearer sesame":
            return JSONResponse({"title": "Unauthorized", "status": 401, "detail": "an API key is needed"}, 401)
        if not article["text"]:
            problem = {"title": "Unprocessable", "status": 422, "detail": "text: <b>empty</b>", "field": "text"}
            return JSONResponse(problem, 422, media_type="application/problem+json")
        return JSONResponse(CANNED)

    @app.get("/info")
    async def info() -> dict[str, Any]:
        return {"model": CANNED["model"], "figures": {"test": {"macro_f1": 0.7, "accuracy": 0.75, "n": 40}}}

    add_page(app)
    return app


@pytest.fixture(scope="module")
def static() -> TestClient:
    return TestClient(canned_app())


def test_the_page_may_load_and_call_nothing_but_its_service(static: TestClient) -> None:
    answer = static.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_served_with_its_type_and_names_no_other_host(static: TestClient, name: str) -> None:
    answer = static.get(f"/page/{name}")
    kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
    assert answer.headers["content-type"].partition(";")[0] == kinds[Path(name).suffix]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not any(scheme in answer.text for scheme in ("http://", "https://", "//cdn"))
    assert not any(danger in answer.text for danger in ("innerHTML", "insertAdjacentHTML", "document.write", "eval("))


@pytest.mark.parametrize("path", ["/", "/page/app.js"])
def test_a_file_the_browser_has_is_not_sent_again(static: TestClient, path: str) -> None:
    tag = static.get(path).headers["etag"]
    again = static.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/page/nothing.js", "/page/", "/page/..%2fsite.py"])
def test_nothing_else_is_served(static: TestClient, path: str) -> None:
    assert static.get(path).status_code == 404


def test_there_are_three_examples() -> None:
    examples = json.loads((PAGE / "examples.json").read_text(encoding="utf-8"))
    assert len(examples) == 3
    assert all(set(e) == {"name", "title", "text"} and all(e.values()) for e in examples)


# With a browser


@pytest.fixture(scope="module")
def service(artefact: Path) -> Iterator[str]:
    with running(create_app(Settings(model=artefact, max_characters=2000))) as url:
        yield url


@pytest.fixture(scope="module")
def canned() -> Iterator[str]:
    with running(canned_app()) as url:
        yield url


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("chromium and chromedriver are not on the PATH")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    quiet = "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
    for flag in f"{quiet} disable-component-update disable-sync window-size=1200,900".split():
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.add_experimental_option("prefs", {"download.default_directory": f"{downloads}"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


class Reader:
    """What somebody in front of the page does and sees."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser = browser
        browser.get(url)
        browser.execute_script("localStorage.clear()")
        browser.get(url)
        self.wait(lambda: self.all("#examples button"))

    def wait(self, condition: Callable[[], Any]) -> Any:
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.browser, 20, poll_frequency=0.05).until(lambda _: condition())

    def all(self, selector: str) -> list[Any]:
        return self.browser.find_elements("css selector", selector)  # type: ignore[no-any-return]

    def one(self, selector: str) -> Any:
        return self.browser.find_element("css selector", selector)

    def content(self, selector: str) -> list[str]:
        """Text as it is in the document, hidden or not."""
        return [e.get_property("textContent") for e in self.all(selector)]

    def type(self, title: str, text: str) -> None:
        # Set, not typed: the driver can only type characters of the basic plane.
        for field, value in (("title", title), ("text", text)):
            self.browser.execute_script("arguments[0].value = arguments[1]", self.one(f"#{field}"), value)

    def typed(self) -> tuple[str, str]:
        return self.one("#title").get_property("value"), self.one("#text").get_property("value")

    def read(self, title: str, text: str) -> None:
        self.type(title, text)
        self.one("#article-form .primary").click()
        self.wait(lambda: self.all("#article .sentence"))

    def press(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)

    def focused(self) -> str:
        return self.browser.switch_to.active_element.get_attribute("id")  # type: ignore[no-any-return]

    def set_range(self, value: int) -> None:
        script = "const r = arguments[0]; r.value = arguments[1]; r.dispatchEvent(new Event('input', {bubbles: true}))"
        self.browser.execute_script(script, self.one("#confidence"), value)


def downloaded(path: Path) -> str:
    """Content of a finished download, which is taken away so that the next one may have its name."""
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was not downloaded"
        time.sleep(0.05)
    content = path.read_bytes().decode("utf-8")
    path.unlink()
    return content


@pytest.fixture
def reader(browser: Any, canned: str) -> Reader:
    made = Reader(browser, canned)
    made.read("", CANNED_TEXT)
    return made


def test_an_article_is_shown_whole_with_its_sentences(browser: Any, service: str) -> None:
    browser.get_log("performance")
    browser.get_log("browser")
    reader = Reader(browser, service)
    reader.read(TITLE, TEXT)
    assert reader.content("#article .words") == [
        TITLE,
        "🙂 Paris wants to send troops.",
        "Berlin 😀 rejects any soldiers there.",
        "Rome would go only after a truce 🕊️.",
    ]
    assert [len(p.find_elements("css selector", ".words")) for p in reader.all("#article p")] == [2, 1]
    assert len(reader.all("#article button.tag")) == 4
    assert reader.one("#model").text.startswith("Model: ")
    events = [json.loads(e["message"])["message"] for e in browser.get_log("performance")]
    urls = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert f"{service}classify" in urls
    assert {urlsplit(url).netloc for url in urls if url.startswith(("http", "ws"))} == {urlsplit(service).netloc}
    assert browser.get_log("browser") == []


def test_markup_in_an_article_is_text(browser: Any, service: str) -> None:
    reader = Reader(browser, service)
    reader.read(SCRIPT, SCRIPT)
    assert "".join(reader.content("#article p .words")) in SCRIPT
    assert "<script>" in reader.content("#article p .words")[0]
    assert not reader.all("#main script, #main img")
    assert browser.execute_script("return window.hacked") is None


def test_an_error_is_shown_and_nothing_typed_is_lost(browser: Any, service: str) -> None:
    reader = Reader(browser, service)
    text = "Too long. " * 300
    reader.type("A headline", text)
    reader.one("#article-form .primary").click()
    reader.wait(lambda: reader.one("#problem").text)
    assert "3010 characters" in reader.one("#problem").text
    assert reader.typed() == ("A headline", text)
    assert not reader.one("#results").is_displayed()


def test_a_wrong_field_is_marked(browser: Any, canned: str) -> None:
    reader = Reader(browser, canned)
    reader.one("#article-form .primary").click()
    reader.wait(lambda: reader.one("#problem").text)
    assert reader.one("#problem").text == "Unprocessable text: <b>empty</b>"
    assert reader.one("#text").get_attribute("aria-invalid") == "true"
    assert reader.focused() == "text"


def test_a_service_with_keys_is_asked_for_one(browser: Any, canned: str) -> None:
    reader = Reader(browser, canned)
    assert not reader.one("#key").is_displayed()
    reader.type("locked", CANNED_TEXT)
    reader.one("#article-form .primary").click()
    reader.wait(lambda: reader.focused() == "key")
    reader.press("sesame", "\ue007")
    reader.wait(lambda: reader.all("#article .sentence"))


def test_an_example_is_one_click_and_what_was_there_comes_back(browser: Any, canned: str) -> None:
    reader = Reader(browser, canned)
    reader.type("Mine", "My own text.")
    reader.all("#examples button")[1].click()
    reader.wait(lambda: reader.all("#article .sentence"))
    assert "ceasefire" in reader.typed()[1]
    reader.one("#input summary").click()
    reader.one("#undo").click()
    assert reader.typed() == ("Mine", "My own text.")


def test_a_sentence_tells_its_stance_in_words_and_in_its_line(reader: Reader) -> None:
    assert [tag.split()[0] for tag in reader.content("#article .tag")] == ["if?", "against", "–"]
    assert reader.content("#article .words em") == ["if asked"]
    words = [e.value_of_css_property("text-decoration-style") for e in reader.all("#article .words")]
    assert words[:2] == ["dashed", "double"]


def test_a_click_shows_probabilities_holder_and_condition(reader: Reader) -> None:
    reader.all("#article .words")[0].click()
    panel = reader.one("#details").text
    assert "Sentence 1: conditional" in panel
    assert "conditional 90 %" in panel
    assert "not sure" in panel
    assert reader.one("#details-holder").text == "Paris (named in sentence 1)"
    assert reader.one("#details-condition").text == "if asked"
    reader.all("#article .words")[1].click()
    assert reader.one("#details-holder").text == "the author"
    assert "too long" in reader.one("#details-notes").text


@pytest.mark.parametrize("key", ["\ue007", " "], ids=["enter", "space"])
def test_the_keyboard_opens_and_closes_the_details(reader: Reader, key: str) -> None:
    reader.browser.execute_script("document.getElementById('sentence-1').focus()")
    reader.press("\ue004")
    assert reader.focused() == "sentence-2"
    reader.press(key)
    assert reader.focused() == "details-heading"
    assert reader.one("#sentence-2").get_attribute("aria-expanded") == "true"
    reader.press("\ue00c")
    assert reader.focused() == "sentence-2"
    assert not reader.one("#details").is_displayed()


def test_the_first_tab_skips_to_the_article_and_control_enter_sends(browser: Any, canned: str) -> None:
    reader = Reader(browser, canned)
    reader.press("\ue004")
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    reader.type("", CANNED_TEXT)
    reader.one("#text").send_keys("\ue009\ue007")
    reader.wait(lambda: reader.all("#article .sentence"))
    assert reader.focused() == "results-heading"


def test_every_control_has_a_name(reader: Reader) -> None:
    reader.all("#article .words")[0].click()
    reader.one("#wrong summary").click()
    controls = [e for e in reader.all("button, input, textarea, a, summary") if e.is_displayed()]
    assert all(e.accessible_name.strip() for e in controls)
    for landmark in ("header", "main", "footer", "article", "aside"):
        assert reader.all(landmark)


def test_filters_leave_out_stances_and_doubts(reader: Reader) -> None:
    reader.one("input[value=conditional]").click()
    assert [tag.is_displayed() for tag in reader.all("#article .tag")] == [False, True, True]
    assert reader.content("#holders th") == ["the author"]
    reader.set_range(70)
    assert reader.one("#shown").text == "1 of 3 sentences shown."
    reader.one("#only").click()
    assert [words.is_displayed() for words in reader.all("#article .words")] == [False, False, True]


def test_who_stands_where_links_to_the_sentences(reader: Reader) -> None:
    assert reader.content("#holders th") == ["Paris", "the author"]
    assert "if asked" in reader.one("#holders tr").text
    reader.one("#holders a").click()
    assert reader.focused() == "sentence-1"


def test_the_balance_is_told_in_words(reader: Reader) -> None:
    assert reader.one("#balance-bar").accessible_name == "Balance of the article: 1 conditional, 1 oppose"
    assert reader.one("#balance-text").text == "Of 3 sentences: 1 conditional, 1 oppose; 1 takes no position."
    assert "25 %" in reader.one("#errs").text


def test_downloads_hold_all_sentences(reader: Reader, downloads: Path) -> None:
    reader.set_range(95)
    reader.one("#download-csv").click()
    content = downloaded(downloads / "troopstance.csv")
    assert content.startswith("\ufeffid,index,part,start,end,stance,")
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))
    # The second text would be a formula: it is made harmless.
    assert [r["text"] for r in rows] == ["😀 Paris would go if asked.", '\'=Berlin said "no".', "The harvest was good."]
    assert (rows[0]["holder"], rows[0]["condition"], rows[0]["conditional"]) == ("Paris", "if asked", "0.9")
    assert (rows[2]["holder"], rows[2]["version"]) == ("", "7")
    reader.one("#download-json").click()
    assert json.loads(downloaded(downloads / "troopstance.json")) == {"title": "", "text": CANNED_TEXT} | CANNED


def test_a_correction_is_kept_downloaded_and_deleted(reader: Reader, downloads: Path) -> None:
    reader.all("#article .words")[0].click()
    reader.one("#wrong summary").click()
    reader.one("#correction .primary").click()
    assert reader.one("#correction-problem").text == "This is what the model said."
    reader.one("#correction input[value=oppose]").click()
    assert not reader.one("#right-condition").is_enabled()
    reader.one("#right-holder").clear()
    reader.one("#right-holder").send_keys("London")
    reader.one("#correction .primary").click()
    assert "not in the article" in reader.one("#correction-problem").text
    reader.one("#right-holder").clear()
    reader.one("#right-holder").send_keys("Berlin")
    reader.one("#correction .primary").click()
    assert reader.one("#sentence-1").text.startswith("if? → against")
    reader.one("#download-corrections").click()
    (record,) = map(json.loads, downloaded(downloads / "troopstance-corrections.jsonl").splitlines())
    sentence = CANNED["sentences"][0]
    place = ("index", "part", "start", "end", "text")
    assert record == {
        "article": {"title": "", "text": CANNED_TEXT},
        "sentence": {k: sentence[k] for k in place},
        "model": CANNED["model"],
        "answer": {k: v for k, v in sentence.items() if k not in place},
        "correction": {"stance": "oppose", "holder": "Berlin", "condition": None},
    }
    reader.one("#delete-corrections").click()
    reader.browser.switch_to.alert.accept()
    assert reader.browser.execute_script("return localStorage.length") == 0
    assert reader.one("#sentence-1").text.startswith("if?")
    assert not reader.one("#corrections").is_displayed()


def test_a_phone_needs_no_sideways_scrolling(reader: Reader) -> None:
    size = {"width": 375, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    reader.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        reader.all("#article .tag")[0].click()
        assert reader.browser.execute_script("return document.documentElement.scrollWidth") == 375
    finally:
        reader.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
