"""Two runs side by side: may they be compared, where they differ, and whether their scores do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from comity.desk.pages.comparing import Measure, Setting, SideBySide, passed, side_by_side
from comity.domain.record import Record
from comity.domain.runs import Run
from comity.tui.actions import bindings
from comity.tui.glyphs import sign
from comity.tui.screens.base import Tab
from comity.tui.screens.compare_settings import settings_lines, words_of
from comity.tui.screens.prose import ProsePane
from comity.tui.screens.verbs import Verbs
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, fit, keyed, line, span, wrap
from comity.tui.whiskers import Axis, axis_line, whisker

_VERDICTS: Final = {
    "comparable": ("valid", "Comparable"),
    "comparable_with_caveats": ("caveats", "Comparable with caveats"),
    "not_comparable": ("failed", "Not comparable"),
}


class ComparePane(ProsePane):
    """The verdict, the settings by field class, the scores as whiskers, and the plain statement."""

    BINDINGS = bindings("list", "compare")
    HINTS = ("swap", "quick", "samples", "decide", "copy", "back")
    WORDS = {"quick": "all fields"}

    def __init__(self, a: Run, b: Run) -> None:
        super().__init__()
        self.a, self.b = a, b
        self.every_field = self.by_item = False

    def read(self) -> None:
        self.found = side_by_side(host(self).desk, self.a, self.b)

    def title(self) -> str:
        return "Compare"

    def command(self) -> str:
        return f"comity run compare {self.a.label} {self.b.label}"

    def lines(self) -> list[Line]:
        settings = settings_lines(self.found, self.cells, self._is_shown)
        return [*self._verdict(), BLANK, *settings, *self._scores(), *self._next()]

    def _is_shown(self, setting: Setting) -> bool:
        return self.every_field or not setting.equal

    def _verdict(self) -> Iterator[Line]:
        state, words = _VERDICTS[self.found.verdict]
        mark = sign(state)
        apart = [(each, setting) for each in self.found.classes for setting in each.settings if not setting.equal]
        fatal = [pair for pair in apart if pair[1].fatal]
        named = [f"{words_of(setting.name)} ({each.name})" for each, setting in fatal or apart if setting.reported]
        silent = [words_of(setting.name) for _, setting in apart if not setting.reported]
        said = ", ".join(named) if named else "the same settings in every class" if not silent else ""
        yield line(Span("▎ ", mark.role), mark, span(f" {words}   ", mark.role), span(said, "strong"))
        if silent:
            yield line(Span("▎   ", mark.role), span(f"not reported by both: {', '.join(silent)}", "dim"))
        yield from (line(Span("▎ ", "red"), sign("void"), span(f" {remark}", "red")) for remark in self.found.remarks)

    def _called(self, run: Run) -> str:
        return f"{run.label} {run.institute}"

    def _scores(self) -> Iterator[Line]:
        if not self.found.measures:
            yield (Span("─" * self.cells, "rule"),)
            yield line(span("No metric is in both logs: there is nothing to compare but the settings.", "amber"))
        for measure in self.found.measures:
            if measure.score.difference is not None or self.every_field:
                yield (Span("─" * self.cells, "rule"),)
                yield from self._measure(measure)

    def _measure(self, measure: Measure) -> Iterator[Line]:
        score, label = measure.score, 16
        bar = min(86, self.cells - label - 26)
        kind = "95 % interval (Wilson)" if measure.a and measure.b else "no interval of its own"
        count = f"n = {score.n_a} items" + (f" and {score.n_b}" if score.n_a != score.n_b else " in each house")
        yield line(span(words_of(score.metric), "strong bold"), span(f"   {kind}, {count}", "dim"))
        axis = Axis(0.0, 1.0, bar)
        for run, interval, value in ((self.a, measure.a, score.a), (self.b, measure.b, score.b)):
            bounds = (interval.low, interval.high) if interval else None
            drawn = whisker(axis, value if isinstance(value, float | int) else None, bounds)
            yield line(*fit((span(f"{run.label}  {run.institute}"),), label), *drawn, span(_share(value), ""))
        yield line(Span(" " * label), *axis_line(axis, lambda at: f"{at * 100:.0f}", " %"))
        if score.difference is None or score.low is None or score.high is None:
            yield line(span(score.statement, "dim"))
            return
        yield line(span("Difference", "strong bold"), span(f"   {self._how(measure)}", "dim"))
        reach = max(0.2, _up(max(abs(score.low), abs(score.high))))
        axis = Axis(-reach, reach, bar)
        drawn = whisker(axis, score.difference, (score.low, score.high), zero=True)
        told = f"  {score.difference * 100:+.1f}   {score.low * 100:+.1f} to {score.high * 100:+.1f}"
        yield line(*fit((span("points"),), label), *drawn, span(told, ""))
        yield line(Span(" " * label), *axis_line(axis, lambda at: f"{at * 100:+.0f}".replace("+0", "0"), ""))
        yield from wrap(line(span(f"{self._verdict_on(measure)} ", "strong bold"), span(_plain(measure))), self.cells)
        yield from self._items(measure)
        yield BLANK

    def _how(self, measure: Measure) -> str:
        score = measure.score
        basis = f"paired over {score.n_a} items that both scored" if score.paired else "not paired"
        return f"{self.a.label} minus {self.b.label}, {basis}"

    def _verdict_on(self, measure: Measure) -> str:
        """Who is higher, if anybody is; the settings that differ may be why."""
        score = measure.score
        if score.difference is None or score.low is None or score.high is None or score.low <= 0 <= score.high:
            return "Difference within noise."
        higher = self.a if score.difference > 0 else self.b
        why = "" if self.found.verdict == "comparable" else ", under settings that differ"
        return f"{self._called(higher)} is higher by {abs(score.difference) * 100:.1f} points{why}."

    def _items(self, measure: Measure) -> Iterator[Line]:
        counts = passed(measure, self.a, self.b) if measure.a else None
        if counts:
            both, left, right, neither = counts
            said = f"Both passed {both} · only {self.a.label} {left} · only {self.b.label} {right} · neither {neither}."
            yield line(span(said, "dim"))

    def _next(self) -> Iterator[Line]:
        open_ = [run.label for run in (self.a, self.b) if run.validity == "deviated"]
        keys = [("d", f"decide on the deviations of {open_[0]}")] if open_ else []
        others = [run.institute for run in (self.a, self.b) if run.institute != host(self).desk.institute]
        keys += [("c", f"ask {others[0]}")] if others else []
        if keys:
            yield line(Span("Next: ", "dim"), *keyed(*keys))

    # what the page asks

    def current(self) -> Record | None:
        """The run to decide about: the one that deviated, else the second."""
        return next((run for run in (self.a, self.b) if run.validity == "deviated"), self.b)

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(run.marking, run.synthetic) for run in (self.a, self.b)]

    def action_swap(self) -> None:
        self.a, self.b = self.b, self.a
        self.bring_in()

    def action_quick(self) -> None:
        """All settings, or only those that differ."""
        self.every_field = not self.every_field
        self.bring_in()

    def action_samples(self) -> None:
        """The items one by one."""
        from comity.tui.screens.samples import SamplesPage

        self.app.push_screen(SamplesPage(self.found))


def _share(value: object) -> str:
    return f"  {value * 100:.1f} %" if isinstance(value, float | int) else "  unknown"


def _up(value: float) -> float:
    """The next tenth."""
    return -(-value * 10 // 1) / 10


def _plain(measure: Measure) -> str:
    """What the interval means, in one sentence."""
    score = measure.score
    if score.low is not None and score.high is not None and score.low <= 0 <= score.high:
        return f"The interval includes 0: with {score.n_a} items these runs cannot tell the houses apart."
    return f"The interval lies on one side of 0: with {score.n_a} items this is more than noise."


class ComparePage(Verbs):
    """The page of a comparison."""

    def __init__(self, a: Run, b: Run) -> None:
        super().__init__("runs")
        self.a, self.b = a, b

    def path(self) -> Line:
        pane = self.pane
        a, b = (pane.a, pane.b) if isinstance(pane, ComparePane) else (self.a, self.b)
        found: SideBySide | None = getattr(pane, "found", None)
        return line(
            span("Compare  ", "strong bold"),
            span(a.label, "strong bold"),
            span(f" {a.institute}  with  ", "dim"),
            span(b.label, "strong bold"),
            span(f" {b.institute}", "dim"),
            span(f"    {found.what}" if found else "", "dim"),
        )

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: ComparePane(self.a, self.b)),)
