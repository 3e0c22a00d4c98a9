#!/usr/bin/env python3
"""The product's commands. `run.py COMMAND --help` explains each; nothing is built before a command needs it."""

import importlib
import sys
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent))

COMMANDS = {
    "serve": "commands.serve:serve",
    "demo": "commands.demo:demo",
    "simulate": "commands.demo:simulate",
    "migrate": "commands.setup:migrate",
    "seed": "commands.setup:seed",
    "user": "commands.setup:user",
    "wizard": "commands.wizard:wizard",
    "doctor": "commands.doctor:doctor",
    "backup": "commands.backup:backup",
    "restore": "commands.backup:restore",
    "faq": "commands.decide:faq",
    "lint": "commands.decide:lint",
    "lint-train": "commands.lint_train:lint_train",
    "push": "commands.push:push",
    "rfm": "commands.rfm:rfm",
    "suitability": "commands.suitability:suitability",
    "portrait": "commands.portrait:portrait",
    "referral": "commands.referral:referral",
    "evidence": "commands.evidence:evidence",
    "member": "commands.member:member",
    "inbox": "commands.records:inbox",
    "outbox": "commands.records:outbox",
    "bench": "commands.bench:bench",
}
"""Command -> where it lives; loaded when called."""


class Commands(click.Group):
    """Loads one command's module and no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for an unknown name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """企业微信私域运营机器人（证券公司版）。"""


if __name__ == "__main__":
    main()
