"""How a run stands, in one word: on the board, in the matrix, in reasons."""

from comity.domain.runs import Run
from comity.domain.stand_downs import breached
from comity.domain.view import View
from comity.domain.when import show_age
from comity.domain.wording import between


def run_state(view: View, run: Run) -> tuple[str, str]:
    """A state with its word: what is wrong with the run before how far it is."""
    heard = run.last_word_at or run.started_at
    if run.validity in ("valid", "void"):
        return run.validity, run.validity
    if run.validity == "accepted_deviation":
        return run.validity, "accepted"
    if run.execution_status in ("failed", "cancelled", "lost"):
        return run.execution_status, run.execution_status
    if run.started_at and breached(view, run):
        return "stand_down", "flagged"
    if run.execution_status in ("running", "paused", "queued"):
        silent = between(heard, view.now) if heard else None
        stale = silent is not None and silent > view.stale_after
        return ("silent", f"{show_age(silent)} silent") if stale and silent else (run.execution_status,) * 2
    if run.execution_status == "succeeded":
        return ("deviated", "deviated") if run.validity == "deviated" else ("unreviewed", "to review")
    return run.execution_status, run.execution_status
