"""`run.py bench NAME`: one measurement beside its named peer, both in the same run."""

import importlib
import json
import sys
from pathlib import Path

import click

from commands.say import fail

BENCHES = {
    "alerts": "bench.alerts",
    "callbacks": "bench.callbacks",
    "console": "bench.console",
    "lint": "bench.lint",
    "faq": "bench.faq",
    "opinion": "bench.opinion",
    "push": "bench.push",
    "referral": "bench.referral",
    "rfm": "bench.rfm",
}
"""Name -> module with `measure(quick)`."""
ON_DATA = frozenset({"faq", "opinion"})
"""These measure on a folder of texts given by --data."""


@click.command()
@click.argument("name", type=click.Choice(sorted(BENCHES)))
@click.option("--json", "as_json", is_flag=True)
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="评测数据目录")
@click.option("--quick", is_flag=True, help="缩小规模，60 秒内完成，并注明规模")
def bench(name: str, data: Path | None, *, as_json: bool, quick: bool) -> None:
    """与同类实现在同一次运行中对比测量。"""
    if sys.platform != "linux":
        fail("基准测试需要 Linux（绑定 CPU 核与 epoll）")
    more = {"data": data} if name in ON_DATA else {}
    report = importlib.import_module(BENCHES[name]).measure(quick=quick, **more)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    click.echo(f"{name}: 本产品 {report['ours']} {report['unit']}，对照 {report['peer']}（{report['peer_name']}）")
    click.echo(f"比值 {report['ratio']}（大于 1 表示本产品更好）")
    click.echo(json.dumps(report["detail"], ensure_ascii=False, indent=2))
