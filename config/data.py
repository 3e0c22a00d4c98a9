"""Reads the data shipped with the product: FAQ base, compliance lexicon, calendar, alert cues, referral rules."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

FOLDER = Path(__file__).resolve().parent / "data"
LINT_SENTENCES, LINT_WEIGHTS = FOLDER / "lint_sentences.tsv", FOLDER / "lint_weights.npz"


@cache
def _yaml(name: str) -> dict[str, Any]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return data


def faq() -> dict[str, Any]:
    """Entries, risk tips, placeholders."""
    return _yaml("faq.yaml")


def calendar() -> dict[str, Any]:
    """Trading calendar, send policy, recurring jobs, content pieces."""
    return _yaml("calendar.yaml")


def approval() -> dict[str, Any]:
    """Who approves a push, how far an audience may grow, emergencies."""
    return _yaml("approval.yaml")


def alerts() -> dict[str, Any]:
    """Advisor signals, opinion cues, RFM tables."""
    return _yaml("alerts.yaml")


def portrait() -> dict[str, Any]:
    """Tag dictionary, topics and their words, styles."""
    return _yaml("portrait.yaml")


def referral() -> dict[str, Any]:
    """Milestones, points, caps, fraud signals."""
    return _yaml("referral.yaml")


def variants() -> dict[str, Any]:
    """How forbidden words are disguised, and what excuses them."""
    return _yaml("lexicon_variants.yaml")


@cache
def font(weight: str) -> bytes:
    """A face of the poster: Regular or Bold."""
    return (FOLDER.parent / "fonts" / f"NotoSansSC-{weight}.otf").read_bytes()


@cache
def lexicon() -> list[dict[str, str]]:
    """Rows of the compliance lexicon."""
    with (FOLDER / "compliance_lexicon.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def faq_cases() -> list[dict[str, str]]:
    """The stored test set of the FAQ base: id, question, entry_id (empty: nothing may be answered), channel."""
    with (FOLDER / "faq_cases.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def opinion_texts() -> dict[str, Any]:
    """Training texts of the opinion classifier: lines, templates, slots."""
    return _yaml("opinion_texts.yaml")


@cache
def opinion_lexicon() -> list[list[str]]:
    """(weight, terms) rows of the opinion lexicon."""
    lines = (FOLDER / "opinion_lexicon.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


@cache
def opinion_weights() -> dict[str, Any]:
    """What commands.opinion_model learnt from the texts."""
    found: dict[str, Any] = json.loads((FOLDER / "opinion_weights.json").read_text(encoding="utf-8"))
    return found


@cache
def suitability() -> dict[str, Any]:
    """The form, its bands and overrides, the matrix of levels and risks."""
    return _yaml("suitability.yaml")


def rule_packs() -> list[dict[str, Any]]:
    """Versions and effective days of the rules in the lexicon."""
    packs: list[dict[str, Any]] = _yaml("rule_packs.yaml")["packs"]
    return packs


@cache
def lint_sentences() -> list[dict[str, str]]:
    """Labelled sentences the lint's second layer is trained on: family, label, direction, category, text."""
    with LINT_SENTENCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def lint_weights() -> dict[str, Any]:
    """The trained second layer, as `run.py lint-train` wrote it."""
    with np.load(LINT_WEIGHTS, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@cache
def background_files() -> tuple[Path, ...]:
    """What a FAQ base is trained against, as files."""
    return FOLDER / "chatter.txt", FOLDER / "hanzi.tsv"


def chatter() -> list[str]:
    """Community talk that is not for the bot."""
    return (FOLDER / "chatter.txt").read_text(encoding="utf-8").splitlines()


@cache
def hanzi() -> tuple[tuple[str, float, str], ...]:
    """Characters and pairs of Chinese at large: gram, share of all characters, pinyin without tone (of characters).

    Counted from the word frequencies of jieba's dictionary (MIT), read aloud by pypinyin (MIT).
    """
    rows = (line.split("\t") for line in (FOLDER / "hanzi.tsv").read_text(encoding="utf-8").splitlines())
    return tuple((row[0], int(row[1]) / 1e7, row[2] if len(row) > 2 else "") for row in rows)  # noqa: PLR2004 a pair has no third column
