"""The reader of Inspect evaluation logs: facts, settings and scores per item; nothing is stored."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from comity.domain.comparability import Settings
from comity.domain.values import storable
from comity.importers.inspect_container import Format, LogFile, opened, parts, refuse
from comity.importers.inspect_facts import header_facts, newest
from comity.importers.inspect_fields import ConfigUpdate, Header, Reduction, Sample
from comity.importers.inspect_json import check_version, decode, readable
from comity.importers.inspect_samples import Items, Samples, summed_up
from comity.importers.inspect_settings import effective_settings, launch_settings

MAX_FACTS = 192 * 1024  # a commit must hold them
RE_SAVED = ("log_version",)  # what Inspect itself changes when it writes an old log again


@dataclass(frozen=True, slots=True)
class InspectLog:
    """One log as Comity reads it. `facts` is one JSON value; the rest says where it came from and how to compare it."""

    file: str
    format: Format
    size: int
    sha256: str
    facts: dict[str, Any]
    launch: Settings
    settings: Settings
    items: Items
    last_word_at: str
    completed: int
    total: int | None

    @property
    def eval_id(self) -> str:
        """The identity of the run."""
        return str(self.facts["eval_id"])

    @property
    def header(self) -> dict[str, Any]:
        """All that a run keeps of its log, as one value: the facts, and what comparisons need."""
        return self.facts | {
            "settings": self.settings,
            "launch_settings": self.launch,
            "items": self.items,
            "last_word_at": self.last_word_at,
            "progress": {"completed": self.completed, "total": self.total},
        }

    @property
    def content_hash(self) -> str:
        """The same for the same log in either format, under any name; another one as soon as a fact differs."""
        content = {name: value for name, value in self.header.items() if name not in RE_SAVED}
        return hashlib.sha256(_canonical(content)).hexdigest()

    @property
    def source(self) -> tuple[str, str]:
        """Which of two readings of a run is newer: the newest time inside, whether it is finished, the content hash."""
        finished = self.facts["status"] != "started"
        return self.last_word_at, f"{int(finished)}{self.content_hash}"


def read_log(path: Path) -> InspectLog:
    """The log in a .eval or .json file; BadInput with the file's name and the reason if it cannot be read."""
    with opened(path) as file:
        reader = _read_eval if file.format == "eval" else _read_json
        return reader(file)


def _read_eval(file: LogFile) -> InspectLog:
    with parts(file) as found, readable(file.name):
        check_version(file.name, found.header)
        header = decode(found.header, Header)
        if not found.finished:
            header.config_updates = [decode(page, ConfigUpdate) for page in found.config_updates]
        samples = (sample for page in found.summaries for sample in decode(page, list[Sample]))
        reductions = decode(found.reductions or b"[]", list[Reduction])
        return _log(file, header, _sum(header, samples, reductions))


def _read_json(file: LogFile) -> InspectLog:
    page = file.stream.read()
    with readable(file.name):
        check_version(file.name, page)
        header = decode(page, Header)
        return _log(file, header, _sum(header, iter(header.samples or []), header.reductions or []))


def _sum(header: Header, samples: Iterator[Sample], reductions: list[Reduction]) -> Samples:
    scores = header.results.scores if header.results else []
    return summed_up(samples, reductions, scores[0].scorer if scores else "score")


def _log(file: LogFile, header: Header, samples: Samples) -> InspectLog:
    launch = launch_settings(header, samples.items_completed)
    planned = header.eval.dataset.samples
    results = header.results
    facts = header_facts(header, samples)
    log = InspectLog(
        file=file.name,
        format=file.format,
        size=file.size,
        sha256=file.sha256,
        facts=facts,
        launch=launch,
        settings=effective_settings(launch, header.config_updates or []),
        items=samples.items,
        last_word_at=newest(header, samples),
        completed=samples.completed if samples.count or not results else results.completed_samples or 0,
        total=planned * (header.eval.config.epochs or 1) if planned is not None else facts["total_samples"],
    )
    return _fitting(log)


def _fitting(log: InspectLog) -> InspectLog:
    """The log as far as a run can hold it: scores per item are left out first, an oversized header is refused."""
    if not log.eval_id:
        raise refuse(
            log.file, "has neither eval_id nor run_id", "Name the log that Inspect wrote; a run needs its identity."
        )
    if not storable(log.header):
        raise refuse(log.file, "holds a number of more than 63 bits", "Name the log that Inspect wrote.")
    if len(_canonical(log.header)) <= MAX_FACTS:
        return log
    bare = replace(log, items={})
    if len(_canonical(bare.header)) > MAX_FACTS:
        hint = "Write it again without long names, tags or notes."
        raise refuse(log.file, f"has a header of more than {MAX_FACTS // 1024} KiB", hint)
    return bare


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
