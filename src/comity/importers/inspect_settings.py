"""The settings under which an Inspect log was made, in the field classes and names of a protocol."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Raw

from comity.domain.comparability import Settings
from comity.importers.inspect_fields import (
    Config,
    ConfigUpdate,
    Dataset,
    Generate,
    Header,
    MetricName,
    ModelRole,
    Sandbox,
    Spec,
)
from comity.importers.inspect_json import Scalar, number, scalar

LIMITS = ("message_limit", "token_limit", "turn_limit", "time_limit", "working_limit", "cost_limit")
KNOBS = ("max_connections", "max_retries", "timeout")  # how fast it ran, not what was measured
NETWORKS = ("none", "allow_list", "open")

_IMAGE = re.compile(r"(sha256:)?[0-9a-f]{12,64}")


def launch_settings(header: Header, items_completed: int) -> Settings:
    """The settings that the run was started with: a missing one was not reported, None means none (no limit)."""
    spec = header.eval
    return {
        "identity": _identity(spec, items_completed),
        "elicitation": _elicitation(header),
        "environment": _environment(spec),
        "scoring": _scoring(header),
        "budget": {name: value for name, value in limits(spec.config).items() if name != "token_limit_type"},
    }


def effective_settings(launch: Settings, updates: Iterable[ConfigUpdate]) -> Settings:
    """The settings at the end: the changes made while the run went on, folded over the launch values."""
    folded = {name: dict(fields) for name, fields in launch.items()}
    for change in (change for update in updates for change in update.changes):
        place = _place(change.config, change.name)
        if not place:
            continue
        folded[place].pop(change.name, None)
        if not change.cleared:
            folded[place][change.name] = scalar(change.value)
        elif change.name in launch[place]:
            folded[place][change.name] = launch[place][change.name]
    return folded


def is_setting(config: str, name: str) -> bool:
    """Whether a changed value belongs to a field of the allow-list, so that its text may be kept."""
    known = {"eval": Config, "generate": Generate}.get(config)
    return known is not None and name in known.__struct_fields__


def _place(config: str, name: str) -> str:
    if config == "eval" and name in LIMITS:
        return "budget"
    if config == "eval" and name == "epochs":
        return "elicitation"
    return "elicitation" if config == "generate" and name not in KNOBS and is_setting(config, name) else ""


def limits(config: Config) -> dict[str, Any]:
    """Every limit by name; None is no limit."""
    found: dict[str, Any] = {name: getattr(config, name) for name in LIMITS}
    found["message_limit"] = config.message_limit or config.max_messages
    return found | ({"token_limit_type": config.token_limit_type} if config.token_limit_type else {})


def generate(header: Header) -> dict[str, Any]:
    """The generate settings that were given."""
    return {**msgspec.to_builtins(header.plan.config), **msgspec.to_builtins(header.eval.model_generate_config)}


def solvers(header: Header) -> list[str]:
    """The solvers of the plan, in order."""
    return [step.solver for step in header.plan.steps] or ([header.eval.solver] if header.eval.solver else [])


def attempts(header: Header) -> int | None:
    """How often the solver may submit, where a solver says so."""
    found = (number(step.params.attempts) for step in header.plan.steps)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)


def sandbox(spec: Spec) -> str | None:
    """The kind of sandbox; version 1 wrote a pair."""
    value = spec.sandbox
    if isinstance(value, Sandbox):
        return value.type
    if isinstance(value, list):
        kind = scalar(value[0]) if value else None
        return kind if isinstance(kind, str) else None
    return value


def scorers(header: Header) -> list[str]:
    """The names of the scorers."""
    computed = header.results.scores if header.results else []
    return [scorer.name for scorer in header.eval.scorers or []] or list(
        dict.fromkeys(score.scorer for score in computed)
    )


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _identity(spec: Spec, items_completed: int) -> dict[str, Any]:
    return _given(
        {
            "model": spec.model,
            "task": spec.task,
            "task_version": spec.task_version,
            "dataset": spec.dataset.name,
            "items": spec.dataset.samples,
            "items_hash": _items_hash(spec.dataset),
            "items_completed": items_completed,
        }
    )


def _items_hash(dataset: Dataset) -> str | None:
    """The same for the same items in any order: a shuffle makes no other dataset."""
    if not dataset.sample_ids:
        return None
    return hashlib.sha256(json.dumps(sorted(map(str, dataset.sample_ids))).encode()).hexdigest()


def _elicitation(header: Header) -> dict[str, Any]:
    asked = {name: value for name, value in generate(header).items() if name not in KNOBS}
    config = header.eval.config
    return _given({"solver": solvers(header) or None, "attempts": attempts(header), "epochs": config.epochs, **asked})


def _environment(spec: Spec) -> dict[str, Any]:
    revision = spec.revision
    return {
        "sandbox": sandbox(spec),
        **_given(
            {
                "image_hash": _label(spec, "image_hash"),
                "network": _label(spec, "network"),
                "harness": "inspect_ai",
                "harness_version": spec.packages.get("inspect_ai"),
                "revision": f"{revision.commit}{'+' if revision.dirty else ''}" if revision else None,
            }
        ),
    }


def _label(spec: Spec, name: str) -> str | None:
    """An entry of the free metadata, if it has the closed form that it should have."""
    value: Scalar = scalar(getattr(spec.metadata, name)) if spec.metadata else None
    if not isinstance(value, str):
        return None
    return value if value in NETWORKS or (name == "image_hash" and _IMAGE.fullmatch(value)) else None


def _scoring(header: Header) -> dict[str, Any]:
    return _given(
        {
            "scorer": sorted(scorers(header)) or None,
            "metric": sorted(_metrics(header)) or None,
            "epochs_reducer": header.eval.config.epochs_reducer or ["mean"],
            "judge_model": _judge(header.eval.model_roles or {}),
        }
    )


def _metrics(header: Header) -> set[str]:
    declared = {
        f"{scorer.name}/{part}{name.rpartition('/')[2]}"
        for scorer in header.eval.scorers or []
        for part, name in _metric_names(scorer.metrics)
    }
    scores = header.results.scores if header.results else []
    return declared or {f"{score.scorer}/{metric}" for score in scores for metric in score.metrics}


def _metric_names(raw: Raw) -> Iterator[tuple[str, str]]:
    """Parts and names of the metrics of a scorer: a list, a table of lists, or a list with such tables in it."""
    entries = {b"[": list[dict[str, Raw]], b"{": dict[str, Raw]}
    kind = entries.get(bytes(raw)[:1])
    found = msgspec.json.decode(raw, type=kind) if kind else []
    for entry in found if isinstance(found, list) else [found]:
        if "name" in entry:
            yield "", str(scalar(entry["name"]))
        else:
            yield from (
                (f"{part}/", m.name)
                for part, raws in entry.items()
                for m in msgspec.json.decode(raws, type=list[MetricName])
            )


def _judge(roles: dict[str, Raw]) -> str | None:
    raw = bytes(roles.get("grader", Raw(b"null")))
    if raw[:1] == b"{":
        return msgspec.json.decode(raw, type=ModelRole).model
    return "+".join(role.model for role in msgspec.json.decode(raw, type=list[ModelRole])) if raw[:1] == b"[" else None
