"""`run.py faq eval`: a matcher built from one file of questions, tried on another."""

import json
import time
from collections import defaultdict
from pathlib import Path

import click

from commands.say import fail, result
from commands.trained import background
from gateways.encoder import UseEncoder, installed
from rules.match import Entry, load
from rules.train import build

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("eval")
@click.option("--kb", required=True, type=FILE, help="题库：每行 意图<TAB>问法")
@click.option("--queries", required=True, type=FILE, help="待判问题：每行 意图<TAB>文本，意图只作对照，不参与判断")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="结果 JSONL，每题一行")
@click.option("--channel", type=click.Choice(["group", "mention", "private"]), default="group", show_default=True)
@click.option("--letters", is_flag=True, help="不用句向量编码器，只凭字面判断")
@click.option("--json", "as_json", is_flag=True)
def evaluate(kb: Path, queries: Path, out: Path, channel: str, *, letters: bool, as_json: bool) -> None:
    """只用题库文件和随产品发布的闲聊语料训练，再逐句判断并计时。

    默认按 group（群聊，未@机器人）的门槛判断：五句里约四句是闲聊，宁可不答。评测文件若是私聊提问，
    用 --channel private。
    """
    entries = _entries(kb)
    asked = [line.split("\t", 1)[-1] for line in _lines(queries)]
    encoder = None if letters or not installed() else UseEncoder()
    started = time.perf_counter()
    if encoder is not None:
        encoder.load()
    loaded = time.perf_counter()
    matcher = load(build(entries, background(), encoder), encoder)
    built = time.perf_counter()
    for text in asked[:50]:
        matcher.decide(text, channel)  # the first few pay for everybody's tables
    with out.open("w", encoding="utf-8") as file:
        for text in asked:
            before = time.perf_counter()
            decision = matcher.decide(text, channel)
            us = (time.perf_counter() - before) * 1e6
            row = {"decision": decision.kind, "candidates": decision.candidates, "us": round(us, 1)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    data: dict[str, object] = {
        "mode": matcher.mode, "channel": channel, "entries": len(entries), "queries": len(asked),
        "load_seconds": round(loaded - started, 2), "build_seconds": round(built - loaded, 2), "out": str(out),
    }  # fmt: skip
    without = "" if matcher.mode == "sentences" else "（未用句向量，只凭字面）"
    text = f"{len(entries)} 个条目，训练 {data['build_seconds']} 秒{without}；{len(asked)} 句已判断，结果在 {out}"
    result(data, text, as_json=as_json)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        fail(f"{path.name} 不是 UTF-8 文本，请另存为 UTF-8 后再试")


def _entries(path: Path) -> list[Entry]:
    asked: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(_lines(path), start=1):
        intent, tab, question = line.partition("\t")
        if not (tab and intent.strip() and question.strip()):
            fail(f"{path.name} 第 {number} 行应为“意图<TAB>问法”，两者都不能空")
        asked[intent].append(question)
    if not asked:
        fail(f"{path.name} 里没有问法")
    return [Entry(id=intent, question=own[0], paraphrases=tuple(own[1:])) for intent, own in asked.items()]
