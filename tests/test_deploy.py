"""What stands in deploy/ fits the product: its figures, roles, settings and paths exist."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bot.figures import GAUGES
from config.settings import Settings
from run import main

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
METRIC = re.compile(r"\bbot_[a-z_]+")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_every_figure_a_dashboard_or_an_alarm_asks_for_is_told() -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    asked = {
        name for panel in board["panels"] for target in panel["targets"] for name in METRIC.findall(target["expr"])
    }
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    asked |= {name for rule in rules for name in METRIC.findall(rule["expr"])}
    assert asked == set(GAUGES)


@pytest.mark.parametrize(
    "words",
    [service["command"] for service in compose()["services"].values() if "wecom-bot" in str(service.get("image"))],
)
def test_the_commands_of_the_containers_exist(words: list[str]) -> None:
    done = CliRunner().invoke(main, [*words, "--help"])
    assert done.exit_code == 0, done.output


def test_the_settings_the_files_name_exist() -> None:
    named = set(re.findall(r"\b(?:BOT|WECOM)_[A-Z_]+", "".join(path.read_text(encoding="utf-8") for path in UNITS)))
    named |= {name for service in compose()["services"].values() for name in service.get("environment", {})}
    assert named - {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"} <= set(Settings.model_fields)


def test_every_role_has_a_unit() -> None:
    started = {role for path in UNITS for role in re.findall(r"--role (\w+)", path.read_text(encoding="utf-8"))}
    assert started == {"web", "worker", "clock"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_reads_the_units(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    wrong = [
        line for line in done.stderr.splitlines() if "Unknown" in line or "Invalid" in line or "Failed to parse" in line
    ]
    assert wrong == []
