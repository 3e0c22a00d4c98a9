"""`run.py faq ask`, `run.py lint`: one decision, with its reasons."""

import csv
import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from commands import faq_base, faq_eval
from commands.opened import opened
from commands.say import fail, result
from gateways import ocr
from handlers.faq import spoken
from models.faq import FaqEntry
from rules.compliance import Lexicon


@click.group()
def faq() -> None:
    """问答。"""


@faq.command()
@click.argument("text")
@click.option("--channel", type=click.Choice(["group", "mention", "private"]), default="private", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def ask(text: str, channel: str, *, as_json: bool) -> None:
    """对一句话作一次判断。

    BOT_ENCODER=on 时用句向量，否则只凭字面（mode 为 letters）。
    """
    with opened() as product, product.db.work() as work:
        work.rules.matcher.wait()
        work.rules.matcher.decide(text, channel)  # the first text pays for everybody's tables
        started = time.perf_counter()
        decision = work.rules.matcher.decide(text, channel)
        us = round((time.perf_counter() - started) * 1e6)
        entry = work.session.get(FaqEntry, decision.entry_id) if decision.entry_id else None
        words = spoken(entry, work) if entry is not None and decision.kind == "answer" else ""
    data: dict[str, object] = {
        "decision": decision.kind, "faq_id": decision.entry_id, "score": round(decision.score, 4), "answer": words,
        "candidates": [[one, round(score, 4)] for one, score in decision.candidates], "us": us,
        "mode": work.rules.matcher.mode,
    }  # fmt: skip
    result(data, f"{decision.kind} {decision.entry_id} {decision.score:.2f}\n{words}".strip(), as_json=as_json)


for command in (faq_base.import_, faq_base.export, faq_base.approve, faq_base.publish, faq_eval.evaluate):
    faq.add_command(command)


@click.command()
@click.argument("text", required=False)
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TSV，含 text 列，可含 direction 列",
)
@click.option("--image", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="检查图片里的文字")
@click.option("--direction", type=click.Choice(["out", "in"]), default="out", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def lint(text: str | None, path: Path | None, image: Path | None, direction: str, *, as_json: bool) -> None:
    """合规检查：send / review / block，附规则、理由与改写。"""
    if [text, path, image].count(None) != 2:  # noqa: PLR2004 exactly one of the three
        raise click.UsageError("给出一段文字，或用 --file、--image 给出文件，三者取一")
    if image is not None and (text := ocr.read(image.read_bytes())) is None:
        fail("读不出图片：请安装 tesseract-ocr 与 tesseract-ocr-chi-sim，并确认文件是图片")
    with opened() as product:
        lexicon = product.db.rules.lexicon
    if path is not None:
        _lint_file(lexicon, path, direction)
        return
    verdict = asdict(lexicon.lint(text or "", direction))
    lines = [
        f"  {one['rule']} {one['category']}「{one['text']}」：{one['reason']}\n"
        f"  改写：{one['rewrite']}（{one['basis']}）"
        for one in verdict["findings"]
    ]
    result(verdict, "\n".join([verdict["verdict"], *lines]), as_json=as_json)


def _lint_file(lexicon: Lexicon, path: Path, direction: str) -> None:
    """One JSON line a row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if "text" not in (rows.fieldnames or ()):
            fail(f"{path.name} 第 1 行须为列名，且含 text 列（可含 id、direction）")
        for row in rows:
            found = asdict(lexicon.lint(row["text"], row.get("direction") or direction))
            click.echo(json.dumps({"id": row.get("id", ""), **found}, ensure_ascii=False))
