"""`run.py demo` and `simulate`: the whole machine on one laptop, with a community that talks to it."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from commands import script, tally
from commands.product import Product, build_product
from commands.say import fail, result
from commands.serve import serve_wsgi
from commands.setup import new_operator
from commands.stage import Stage, settings_for
from config import data
from config import settings as settings_module
from handlers import programme
from models import plan as plans
from models import schema, seed
from models.content import Content, LiveStream, PushPlan
from models.member import Employee
from models.work import Work, utc_now
from rules import schedule
from rules.trading_calendar import SendPolicy, next_allowed
from simulator.seed import ADVISORS, OPERATOR

SIZE = 200
WEEK = timedelta(days=7, hours=2)
SOON, LATER = timedelta(seconds=14), timedelta(seconds=8)
"""When the weekly push and the live reminder fire after the curtain rises."""
AHEAD = timedelta(minutes=30)
"""Pushes must be allowed for at least this long, or the demo moves its clock to when they are."""
SETTLED = 90.0
ACCOUNTS = {"admin": "管理员：新建内容与推送", "approver": "审批人：批准别人做的（双人复核）"}
"""Accounts of the demonstration, each named after its role."""
WEEKLY = {
    "week": "48", "calendar": "周一至周五正常交易", "rule_tip": "当日买入的股票下一交易日才能卖出",
    "scam_tip": "核实员工身份请到中国证券业协会官网查询", "live_title": "风险测评怎么填", "live_time": "周三 19:30",
    "concept": "市盈率是股价与每股收益之比", "live_url": "https://example.com/live",
}  # fmt: skip


@click.command()
@click.option("--port", default=8000, show_default=True, help="产品端口；模拟器使用其后第 100 个")
@click.option("--for", "seconds", type=click.FloatRange(min=5), help="演示多少秒后停止并报告；不写则一直运行")
@click.option("--json", "as_json", is_flag=True)
def demo(port: int, seconds: float | None, *, as_json: bool) -> None:
    """用企业微信模拟器运行整个产品：一个约 200 人的示例社群。"""
    began = time.monotonic()
    stop = _stopping()
    with _stage(port) as stage:
        shift = shift_of(utc_now())
        try:
            passwords = _prepare(stage, shift)
        except (RuntimeError, ValueError) as error:
            fail(f"演示没有启动成功：{error}")
        if not as_json:
            _welcome(stage, passwords, shift, time.monotonic() - began)
        cast = script.Cast.gather(stage, seed=11)
        script.play(cast, seconds, 5.0 if seconds else 1.0, stop)
        if seconds is None:
            click.echo("正在停止……")
            return
        _until_settled(stage, cast, stop)
        report = _report(stage, shift)
    text = "\n".join(f"{name:>20} {value}" for name, value in report.items())
    result(report, text, as_json=as_json, ok=report["lost"] == 0 and report["doubled"] == 0)


@click.command()
@click.option("--port", default=8100, show_default=True)
@click.option("--callback", default="http://127.0.0.1:8000", show_default=True, help="产品的地址")
@click.option("--size", default=SIZE, show_default=True, help="示例成员数")
def simulate(port: int, callback: str, size: int) -> None:
    """只启动企业微信模拟器；打印产品要用的设置。"""
    config = {"base": f"http://127.0.0.1:{port}", "callback": callback, "size": size}
    os.environ["SIMULATOR_CONFIG"] = json.dumps(config)  # noqa: TID251 handed to the server's child
    for name, value in settings_for(Path("var"), 8000, port, {}).items():
        if name.startswith("WECOM_") or name == "BOT_ARCHIVE_URL":
            click.echo(f"{name}={value}")
    click.echo(f"聊天页面 http://127.0.0.1:{port}/", err=True)
    serve_wsgi("simulator.serve:factory", "127.0.0.1", port, threads=16)


def shift_of(now: datetime) -> float:
    """Seconds to add to the clock so that the next half hour is free of quiet hours; 0 where it is already."""
    policy = SendPolicy.load(data.calendar()["send_policy"])
    start = now
    while any(next_allowed(start + AHEAD * part / 6, policy) != start + AHEAD * part / 6 for part in range(7)):
        start += timedelta(minutes=5)
    return (start - now).total_seconds()


def _stopping() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop


@contextmanager
def _stage(port: int) -> Iterator[Stage]:
    folder = Path("var") / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    keys = settings_module.secrets_in(Path("var"))
    settings = settings_for(folder.resolve(), port, port + 100, keys)
    stage = Stage(settings=settings, port=port, company_port=port + 100, folder=folder, company={"size": SIZE})
    try:
        yield stage
    finally:
        stage.close_all()


def _prepare(stage: Stage, shift: float) -> dict[str, str]:
    """A week of history, the plans, two accounts; then the present. One-time passwords by account."""
    past = shift - WEEK.total_seconds()
    with _opened(stage, past) as work:
        seed.shipped(work)
        _employees(work)
        _programme(work)
    stage.open_company(past)  # before the product, whose first calls would wait for it
    stage.open_product(past)
    script.settle(stage)
    script.last_week(script.Cast.gather(stage, seed=7))
    stage.close("product")
    stage.order("clock", {"offset": shift})
    with _opened(stage, shift) as work:
        passwords = {name: new_operator(work, name, name) for name in ACCOUNTS}
        _plans(work)
    stage.open_product(shift)
    return passwords


@contextmanager
def _opened(stage: Stage, shift: float) -> Iterator[Work]:
    """A unit of work while no product process has the database."""
    product = _product(stage, shift)
    try:
        schema.migrate(product.db.engine)
        with product.db.work() as work:
            yield work
    finally:
        product.close()


def _product(stage: Stage, shift: float) -> Product:
    moved = timedelta(seconds=shift)
    return build_product(settings_module.load(stage.settings), clock=lambda: utc_now() + moved)


def _employees(work: Work) -> None:
    backups = dict(zip(ADVISORS, [*list(ADVISORS)[1:], next(iter(ADVISORS))], strict=True))
    for userid, name in ADVISORS.items():
        work.session.merge(
            Employee(id=userid, name=name, role="advisor", backup_id=backups[userid], manager_id=OPERATOR[0])
        )
    work.session.merge(Employee(id=OPERATOR[0], name=OPERATOR[1], role="operator"))


def _programme(work: Work) -> None:
    """The shipped referral programme, except that newcomers may invite: the demo's past is only a week long."""
    shipped = data.referral()
    rules = {**shipped, "program": {**shipped["program"], "inviter_days": 0}}
    draft = programme.propose(work, programme.CAMPAIGN, rules, "demo")
    programme.approve(work, draft, "demo-checker")


def _plans(work: Work) -> None:
    """One weekly digest and one live stream, both about to come due."""
    fields = json.dumps(WEEKLY, ensure_ascii=False)
    weekly = (work.now + SOON).astimezone(work.rules.zone)
    starts = work.now + timedelta(minutes=10) + LATER
    stream = LiveStream(title=WEEKLY["live_title"], starts_at=starts, url=WEEKLY["live_url"], status="planned")
    work.session.add(stream)
    work.session.flush()
    rules = (
        ("每周投教周报", "weekly", f"weekly {weekly.isoweekday()} {weekly:%H:%M:%S}", "WK-01", None),
        (
            "直播前 10 分钟提醒",
            "live",
            f"before 10m {starts.astimezone(work.rules.zone):%Y-%m-%dT%H:%M:%S}",
            "L-T10M",
            stream.id,
        ),
    )
    for name, kind, rule, content, live in rules:
        due = schedule.next_after(schedule.parse(rule), work.now, work.rules.calendar)
        plan = PushPlan(
            name=name, kind=kind, rule=rule, content_id=content, fields=fields, segment="groups:all",
            misfire="send", status="approved", live_id=live, next_at=due, approved_by="demo", edits=0, holdout=0,
        )  # fmt: skip
        work.session.add(plan)
        work.session.flush()
        plans.sign(plan, work.session.get_one(Content, content), audience=0)


def _welcome(stage: Stage, passwords: dict[str, str], shift: float, took: float) -> None:
    click.echo(f"已就绪（{took:.0f} 秒）")
    click.echo(f"  聊天页面   {stage.company_url}/        以成员、群主或顾问的身份聊天")
    click.echo(f"  控制台     {stage.url}/console/")
    for name, about in ACCOUNTS.items():
        click.echo(f"             账号 {name:<9} 一次性密码 {passwords[name]}   {about}")
    click.echo(f"  健康检查   {stage.url}/readyz")
    if shift:
        moment = (utc_now() + timedelta(seconds=shift)).astimezone()
        click.echo(f"  现在处于推送免打扰时段，演示时钟已拨到 {moment:%m-%d %H:%M}（仅演示）")
    click.echo("按 Ctrl+C 停止", nl=True)


def _until_settled(stage: Stage, cast: script.Cast, stop: threading.Event) -> None:
    """Stop talking; let the owner tap, the results come in, and the queues run empty."""
    ends = time.monotonic() + SETTLED
    while time.monotonic() < ends and not stop.is_set():
        script.tap(cast)
        script.settle(stage)
        if "bot_mass_tasks_open 0.0" in script.fetch_text(stage.url, "/metrics"):
            return
        stop.wait(1.0)


def _report(stage: Stage, shift: float) -> dict[str, object]:
    stage.close("product")
    product = _product(stage, shift)
    with product.db.read() as session:
        judged = tally.judge(session, stage.company_url)
        report = {
            **tally.counts(session, product.db.rules.evidence_seeds),
            "lost": len(judged.lost),
            "doubled": len(judged.doubled),
        }
        report |= {"unresolved": judged.unresolved}
    product.close()
    return report
