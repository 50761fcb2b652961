"""A report job: the analyses of a network and of its scenarios, put on one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tierscape import analyses
from tierscape.errors import DataError, ParameterError
from tierscape.network import Network
from tierscape.report import make_report
from tierscape.results import Result
from tierscape.server import answering
from tierscape.server.store import jobs, reports, results, scenarios
from tierscape.server.store.networks import Shelf
from tierscape.server.store.opening import Store


def every_product(network: Network, name: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the parameters of an analysis once a product, where it asks for one and none is given."""
    fields = analyses.get(name).parameters.model_fields
    if "product" not in fields or given.get("product") is not None:
        return [dict(given)]
    return [{**given, "product": product} for product in network.products] or [dict(given)]


def of_networks() -> list[str]:
    """Name the analyses that take a network and are not slow: what a report has where nothing is chosen."""
    found = {name: analyses.get(name) for name in analyses.LISTED}
    return [name for name, analysis in found.items() if analysis.takes is Network and not analysis.slow]


def make(store: Store, shelf: Shelf, which: tuple[str, str], job: str, allowed: tuple[Path, ...]) -> None:
    """Make the page of a report, named by its workspace and the key of its job, and keep it.

    Raises
    ------
    DataError, ParameterError
        An analysis that was chosen cannot be answered.
    NotFound
        The report was deleted, or names a network or scenario that is gone.
    """
    workspace = which[0]
    report = reports.asked_by(store, *which)
    asked = report.asked
    network = shelf.read(workspace, report.digest)
    others: dict[str, Network] = {}
    for each in asked["scenarios"]:
        scenario = scenarios.get(store, workspace, each)
        label = scenario.name if scenario.name not in others else f"{scenario.name} ({each[:6]})"
        others[label] = shelf.read(workspace, str(scenario.made))
    chosen: Sequence[str] = asked["analyses"] or of_networks()
    base: list[Result] = []
    changed: dict[str, list[Result]] = {name: [] for name in others}
    left_out: dict[str, str] = {}
    keys: list[str] = []
    for at, name in enumerate(chosen):
        jobs.tell(store, job, f"computing {name}", at / (len(chosen) + 1))
        for given in every_product(network, name, asked["parameters"].get(name, {})):
            try:
                question = answering.question(name, network, given, allowed)
                answer = answering.answer(question, network)
            except (DataError, ParameterError) as error:
                if asked["analyses"]:
                    raise
                left_out[" ".join([name, str(given.get("product") or "")]).strip()] = str(error)
                continue
            results.put(
                store, workspace, question, answer.to_json(),
                charts=answering.chart_list(answer), headlines=answer.headlines(),
            )  # fmt: skip
            keys.append(question.key)
            base.append(answer)
            for label, other in others.items():
                changed[label].append(answering.answer(answering.question(name, other, given, allowed), other))
    jobs.tell(store, job, "drawing", len(chosen) / (len(chosen) + 1))
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    page = make_report(
        base, title=report.title, date=today, static=asked["static"], scenarios=changed, left_out=left_out
    )
    reports.finish(store, workspace, report.report, page.encode(), keys)
