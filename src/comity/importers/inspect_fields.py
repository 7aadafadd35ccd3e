"""The allow-list: every field of an Inspect log that Comity reads, with its type. Nothing else is decoded."""

from msgspec import Raw, Struct, field

ABSENT = Raw(b"")


class Dataset(Struct):
    """The dataset, without its location."""

    name: str | None = None
    samples: int | None = None
    sample_ids: list[int | str] | None = None


class Sandbox(Struct):
    """The kind of sandbox, without its configuration."""

    type: str


class Labels(Struct):
    """The two entries of the free metadata that have a closed form; both are checked before use."""

    image_hash: Raw = ABSENT
    network: Raw = ABSENT


class Config(Struct):
    """Launch values of the run."""

    limit: int | list[int] | None = None
    sample_id: int | str | list[int | str] | None = None
    epochs: int | None = None
    epochs_reducer: list[str] | None = None
    message_limit: int | None = None
    max_messages: int | None = None
    token_limit: int | None = None
    token_limit_type: str | None = None
    turn_limit: int | None = None
    time_limit: int | float | None = None
    working_limit: int | float | None = None
    cost_limit: float | None = None


class Generate(Struct, omit_defaults=True):
    """How the model was asked: numbers and closed words, no texts, headers or bodies."""

    max_tokens: int | None = None
    top_p: int | float | None = None
    temperature: int | float | None = None
    seed: int | None = None
    top_k: int | None = None
    best_of: int | None = None
    num_choices: int | None = None
    frequency_penalty: int | float | None = None
    presence_penalty: int | float | None = None
    effort: str | None = None
    verbosity: str | None = None
    reasoning_effort: str | None = None
    reasoning_mode: str | None = None
    reasoning_tokens: int | None = None
    reasoning_history: str | None = None
    parallel_tool_calls: bool | None = None
    internal_tools: bool | None = None
    max_tool_output: int | None = None
    max_connections: int | None = None
    max_retries: int | None = None
    timeout: int | None = None


class Revision(Struct):
    """The source revision."""

    origin: str
    commit: str
    dirty: bool | None = None


class MetricName(Struct):
    """A metric that a scorer was told to compute."""

    name: str


class Scorer(Struct):
    """A scorer and its metrics, without its options (a judge's prompt can be one)."""

    name: str
    metrics: Raw = ABSENT


class ModelRole(Struct):
    """The model that plays a role (a judge), without its address and arguments."""

    model: str


class Spec(Struct):
    """What was run."""

    task: str
    model: str
    created: str
    dataset: Dataset
    config: Config
    eval_id: str = ""
    run_id: str = ""
    task_id: str = ""
    task_version: int | str = 0
    eval_set_id: str | None = None
    solver: str | None = None
    tags: list[str] | None = None
    sandbox: Sandbox | list[Raw] | str | None = None
    model_args: dict[str, Raw] = {}
    model_generate_config: Generate = field(default_factory=Generate)
    model_roles: dict[str, Raw] | None = None
    revision: Revision | None = None
    packages: dict[str, str] = {}
    metadata: Labels | None = None
    scorers: list[Scorer] | None = None


class Params(Struct):
    """The one argument of a solver that is read."""

    attempts: Raw = ABSENT


class SolverStep(Struct):
    """A solver of the plan."""

    solver: str
    params: Params = field(default_factory=Params)


class SolverPlan(Struct):
    """The plan."""

    steps: list[SolverStep] = []
    config: Generate = field(default_factory=Generate)


class Metric(Struct):
    """One number of a score; the words NaN and Infinity arrive as text."""

    name: str
    value: int | float | str


class Score(Struct):
    """The metrics of one score of one scorer."""

    name: str
    scorer: str = ""
    reducer: str | None = None
    scored_samples: int | None = None
    unscored_samples: int | None = None
    metrics: dict[str, Metric] = {}


class Results(Struct):
    """Counts and scores; version 1 had one scorer with its metrics beside it."""

    total_samples: int | None = None
    completed_samples: int | None = None
    scores: list[Score] = []
    scorer: Score | None = None
    metrics: dict[str, Metric] = {}

    def __post_init__(self) -> None:
        if self.scorer:
            self.scorer.metrics = self.metrics or self.scorer.metrics
            self.scores = [self.scorer]
        for score in self.scores:
            score.scorer = score.scorer or score.name


class Usage(Struct):
    """Tokens of one model."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0


class Stats(Struct):
    """Times and tokens."""

    started_at: str = ""
    completed_at: str = ""
    model_usage: dict[str, Usage] = {}


class Failure(Struct):
    """The error that ended the run; only the name of its class is kept of it."""

    message: str = ""


class Provenance(Struct):
    """Who changed something after the start, when and why."""

    timestamp: str
    author: str = ""
    reason: str | None = None


class Edit(Struct):
    """A change of tags or metadata."""

    type: str
    tags_add: list[str] = []
    tags_remove: list[str] = []
    metadata_set: dict[str, Raw] = {}
    metadata_remove: list[str] = []


class LogUpdate(Struct):
    """Edits made together."""

    provenance: Provenance
    edits: list[Edit] = []


class ConfigChange(Struct):
    """A setting that was changed while the run went on."""

    config: str
    name: str
    value: Raw = ABSENT
    cleared: bool = False
    previous: Raw = ABSENT


class ConfigUpdate(Struct):
    """Settings changed together."""

    provenance: Provenance
    scope: str = ""
    changes: list[ConfigChange] = []


class SampleLimit(Struct):
    """The limit that stopped a sample."""

    type: str


class SampleScore(Struct):
    """A score of a sample: the value, without answer and explanation."""

    value: Raw = ABSENT


class Sample(Struct):
    """What a summary (or a sample of a .json log) says beside its transcript."""

    id: int | str
    epoch: int = 1
    scores: dict[str, SampleScore] | None = None
    score: SampleScore | None = None
    started_at: str | None = None
    completed_at: str | None = None
    error: Raw = ABSENT
    limit: SampleLimit | str | None = None


class ReducedScore(Struct):
    """A score of a sample over its epochs."""

    sample_id: int | str | None = None
    value: Raw = ABSENT


class Reduction(Struct):
    """The scores of one scorer, reduced over epochs."""

    scorer: str
    reducer: str | None = None
    samples: list[ReducedScore] = []


class Header(Struct):
    """A log: `header.json`, `_journal/start.json` or a whole .json log, which alone has the last two fields."""

    version: int
    eval: Spec
    status: str = "started"
    plan: SolverPlan = field(default_factory=SolverPlan)
    results: Results | None = None
    stats: Stats = field(default_factory=Stats)
    error: Failure | None = None
    invalidated: bool = False
    log_updates: list[LogUpdate] | None = None
    config_updates: list[ConfigUpdate] | None = None
    samples: list[Sample] | None = None
    reductions: list[Reduction] | None = None
