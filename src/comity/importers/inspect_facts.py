"""The facts of an Inspect log's header as Comity keeps them: one value of numbers, names and times, no content."""

import hashlib
import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from comity.importers.inspect_fields import ConfigChange, ConfigUpdate, Edit, Header, LogUpdate, Score, Spec
from comity.importers.inspect_json import number, scalar
from comity.importers.inspect_samples import Samples
from comity.importers.inspect_settings import attempts, generate, is_setting, limits, sandbox, scorers, solvers

MAX_NOTE = 500  # characters of a metadata value that somebody set while editing a log
MAX_CHOSEN = 100

_CLASS = re.compile(r"([A-Za-z_][\w.]{0,99})\(")
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def header_facts(header: Header, samples: Samples) -> dict[str, Any]:
    """Every fact of the header by name; None where the log says nothing."""
    counts = {"samples": samples.count, "limit_hit": samples.limit_hit, "with_error": samples.with_error}
    return _what(header) | _when(header) | _how(header) | _outcome(header) | {"from_summaries": counts}


def _what(header: Header) -> dict[str, Any]:
    spec = header.eval
    return {
        "log_version": header.version,
        "status": header.status,
        "task": spec.task,
        "task_version": spec.task_version,
        "task_id": spec.task_id,
        "run_id": spec.run_id,
        "eval_id": eval_id(spec),
        "eval_set_id": spec.eval_set_id,
        "model": spec.model,
        "model_args": {name: value for name, raw in spec.model_args.items() if (value := number(raw)) is not None},
    }


def _when(header: Header) -> dict[str, Any]:
    results = header.results
    return {
        "created": moment(header.eval.created),
        "started_at": moment(header.stats.started_at),
        "completed_at": moment(header.stats.completed_at),
        "total_samples": results.total_samples if results else None,
        "completed_samples": results.completed_samples if results else None,
    }


def _how(header: Header) -> dict[str, Any]:
    spec, config = header.eval, header.eval.config
    return {
        "dataset": _dataset(spec),
        "limits": {name: value for name, value in limits(config).items() if value is not None},
        "epochs": config.epochs,
        "epochs_reducer": config.epochs_reducer,
        "sample_slice": config.limit,
        "sample_id": _chosen(config.sample_id),
        "generate": generate(header),
        "solver": solvers(header),
        "attempts": attempts(header),
        "sandbox": sandbox(spec),
        "scorers": scorers(header),
        "packages": spec.packages,
        "revision": _revision(spec),
    }


def _outcome(header: Header) -> dict[str, Any]:
    return {
        "metrics": [
            metric for score in (header.results.scores if header.results else []) for metric in _metrics(score)
        ],
        "tokens": {
            model: {"input": usage.input_tokens, "output": usage.output_tokens, "total": usage.total_tokens}
            for model, usage in header.stats.model_usage.items()
        },
        "tags": _tags(header.eval, header.log_updates or []),
        "error_class": _error_class(header),
        "invalidated": header.invalidated,
        "tag_or_metadata_edits": [_edits(update) for update in header.log_updates or []],
        "config_updates": [_update(update) for update in header.config_updates or []],
    }


def eval_id(spec: Spec) -> str:
    """The identity of the run; logs older than the field get the name that Inspect itself gives them."""
    if spec.eval_id or not spec.run_id:
        return spec.eval_id
    digest = hashlib.blake2s(f"{spec.run_id}{spec.task_id}{moment(spec.created)}".encode(), digest_size=16).digest()
    rest, digits = int.from_bytes(digest, "big"), ""
    while rest:
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits[-22:].rjust(22, _ALPHABET[0])


def moment(text: str) -> str:
    """A time of the log in UTC, with its full precision; empty stays empty."""
    if not text:
        return ""
    time = datetime.fromisoformat(text)
    return (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()


def newest(header: Header, samples: Samples) -> str:
    """The newest time inside the log, edits and changes of settings included: the last word of the run."""
    changes: list[LogUpdate | ConfigUpdate] = [*(header.log_updates or []), *(header.config_updates or [])]
    times = {
        header.eval.created,
        header.stats.started_at,
        header.stats.completed_at,
        *samples.times,
        *(change.provenance.timestamp for change in changes),
    }
    return max(datetime.fromisoformat(moment(time)) for time in times if time).isoformat()


def _dataset(spec: Spec) -> dict[str, Any]:
    ids = spec.dataset.sample_ids
    digest = hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest() if ids is not None else None
    return {
        "name": spec.dataset.name,
        "samples": spec.dataset.samples,
        "sample_ids": len(ids) if ids is not None else None,
        "sample_ids_sha256": digest,
    }


def _chosen(ids: int | str | list[int | str] | None) -> Any:
    """The items that the run was told to take; of a long list only how many."""
    return f"{len(ids)} items" if isinstance(ids, list) and len(ids) > MAX_CHOSEN else ids


def _metrics(score: Score) -> list[dict[str, Any]]:
    values = {metric.name: _finite(metric.value) for metric in score.metrics.values()}
    return [
        {
            "scorer": score.scorer,
            "score": score.name,
            "reducer": score.reducer,
            "metric": name,
            "value": value,
            "stderr": values.get("stderr") if name in ("accuracy", "mean") else None,
            "scored": score.scored_samples,
            "unscored": score.unscored_samples,
        }
        for name, value in values.items()
        if name != "stderr"
    ]


def _finite(value: int | float | str) -> float | str:
    """A number; NaN and the infinities as the texts nan, inf and -inf, which JSON can hold."""
    found = float(value)
    return found if math.isfinite(found) else str(found)


def _revision(spec: Spec) -> dict[str, Any] | None:
    revision = spec.revision
    return {"origin": revision.origin, "commit": revision.commit, "dirty": revision.dirty} if revision else None


def _tags(spec: Spec, updates: list[LogUpdate]) -> list[str]:
    tags = set(spec.tags or [])
    for edit in (edit for update in updates for edit in update.edits):
        tags = (tags - set(edit.tags_remove)) | set(edit.tags_add)
    return sorted(tags)


def _error_class(header: Header) -> str | None:
    """The name of the error's class, never its text."""
    if header.error is None:
        return None
    match = _CLASS.match(header.error.message)
    return match[1] if match else "unnamed"


def _edits(update: LogUpdate) -> dict[str, Any]:
    return _by_whom(update) | {"edits": [_edit(edit) for edit in update.edits]}


def _edit(edit: Edit) -> dict[str, Any]:
    if edit.type == "tags":
        return {"type": edit.type, "tags_add": edit.tags_add, "tags_remove": edit.tags_remove}
    values = {name: scalar(raw) for name, raw in edit.metadata_set.items()}
    short = {name: value[:MAX_NOTE] if isinstance(value, str) else value for name, value in values.items()}
    return {"type": edit.type, "metadata_set": short, "metadata_remove": edit.metadata_remove}


def _update(update: ConfigUpdate) -> dict[str, Any]:
    return _by_whom(update) | {"scope": update.scope, "changes": [_change(change) for change in update.changes]}


def _change(change: ConfigChange) -> dict[str, Any]:
    kept = scalar if is_setting(change.config, change.name) else number
    return {
        "config": change.config,
        "name": change.name,
        "value": kept(change.value),
        "cleared": change.cleared,
        "previous": kept(change.previous),
    }


def _by_whom(update: LogUpdate | ConfigUpdate) -> dict[str, Any]:
    by = update.provenance
    return {"author": by.author, "reason": by.reason, "at": moment(by.timestamp)}
