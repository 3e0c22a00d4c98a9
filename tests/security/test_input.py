"""What outsiders and colleagues type can become neither address, path, template, formula nor redirect."""

import ast
import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.settings import SettingsError, load
from models.evidence import record
from models.operator import Operator
from rules.sheet import safe_cell
from tests.console.desk import Seat
from tests.world import KEYS, World

ROOT = Path(__file__).resolve().parent.parent.parent
NETWORK = {"urllib3", "requests", "http", "socket", "urllib.request", "httpx", "aiohttp"}
ADDRESSES = (
    "file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)", "//evil.example", "ftp://host/",
    "http://", "https://", "http://169.254.169.254/latest", "http://100.100.100.200/latest",
    "http://[fe80::1]/", "http://user:secret@host/", "https://qyapi.weixin.qq.com@evil.example",
    "http://0xa9fea9fe/", "http://2852039166/", "http://169.254.169.254.nip.io@host/", "data:text/html,x",
)  # fmt: skip
REDIRECTS = (
    "https://evil.example", "//evil.example", "/\\evil.example", "https:evil.example", "/%2f/evil.example",
    "/console/../../evil", "javascript:alert(1)", "/console/login?next=//evil.example",
)  # fmt: skip
PATHS = (
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "/etc/passwd", "%2e%2e/app.py",
    "..\\..\\app.py", "../app.py", "vendor/../../app.py", "console.css%00.py", "..%252fapp.py",
)  # fmt: skip
TEMPLATES = (
    "{{7*191}}", "${7*191}", "{% print(7*191) %}", "{{config}}", "{{''.__class__.__mro__}}", "<%= 7*191 %>",
    "{0.__class__}", "#{7*191}", "{{cycler.__init__.__globals__.os.popen('id').read()}}",
)  # fmt: skip
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil")', "＝1+1")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", ["WECOM_API_BASE", "BOT_PUBLIC_URL", "BOT_ARCHIVE_URL", "BOT_LLM_URL"])
def test_a_setting_takes_no_address_that_reaches_where_it_should_not(name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({**KEYS, name: address})


def test_nothing_people_type_is_ever_fetched() -> None:
    """Only gateways speak to a network, and only to addresses of the settings: no form can send them elsewhere."""
    bad = []
    for folder in ("console", "handlers", "models", "rules", "bot", "scheduler"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                bad += [(path.name, one) for one in names if one in NETWORK or one.split(".")[0] in NETWORK]
    assert bad == []


def test_no_parameter_decides_where_a_browser_is_sent(sqlite_world: World) -> None:
    admin = Seat(sqlite_world, "管理员", "admin")
    for target in REDIRECTS:
        for name in ("next", "url", "redirect", "redirect_uri", "return_to"):
            for path in ("/console/login", "/console/", "/", "/console/login/wecom"):
                where = admin.web.get(path, query_string={name: target}).headers.get("Location", "/")
                assert "evil" not in where
        away = admin.web.get(f"/{target}").headers.get("Location", "/")
        assert away.startswith(("/", "http://localhost/")), target
        assert not away.startswith(("//", "/\\"))


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_static_folder(sqlite_world: World, path: str) -> None:
    answer = sqlite_world.web.get(f"/console/static/{path}", buffered=True)
    assert answer.status_code in (301, 302, 308, 404)
    assert b"root:" not in answer.data
    assert b"import" not in answer.data


def test_what_people_type_is_no_template(sqlite_world: World) -> None:
    admin = Seat(sqlite_world, "管理员", "admin")
    for number, text in enumerate(TEMPLATES):
        admin.post("/console/accounts/add", name=f"{number}{text}"[:64], role="author")
    page = admin.get("/console/accounts").text
    assert "1337" not in page
    assert "BOT_SECRET" not in page
    assert len(sqlite_world.rows(of=Operator)) == len(TEMPLATES) + 1
    assert sqlite_world.product.db.rules.fill("{{broker.__class__}} {{x}}") == "{{broker.__class__}} {{x}}"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_no_formula(sqlite_world: World, kind: str) -> None:
    with sqlite_world.product.db.work() as work:
        for number, text in enumerate(FORMULAS):
            record(work, "operator_action", "", {"n": number}, ref=text)
    sqlite_world.settle()
    auditor = Seat(sqlite_world, "钱审计", "auditor")
    body = auditor.get(f"/console/evidence?export={kind}").data
    if kind == "csv":
        cells = [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]
    else:
        page = load_workbook(io.BytesIO(body)).worksheets[0]
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
        cells = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    assert "'=1+1" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "＝"))] == []


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_would_run_is_text(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")
