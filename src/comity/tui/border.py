"""The border of the app: what is unexpected ends it, and nothing of the error is drawn, for it may hold records."""

from textual import events
from textual.app import App
from textual.worker import Worker, WorkerFailed, WorkerState

from comity.errors import ComityError


class Guarded(App[None]):
    """An app that ends on a bug without a word; who ran it finds the bug and tells where its place is."""

    bug: BaseException | None = None

    def refuse(self, error: ComityError) -> None:
        """Tell what a worker could not do."""
        raise NotImplementedError

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A refusal in a worker is told like any other; anything else is a bug."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if isinstance(error, ComityError):
            self.refuse(error)
        else:
            raise error

    async def on_event(self, event: events.Event) -> None:
        """Keys that come while the app ends find no screen."""
        if self.screen_stack or not isinstance(event, events.InputEvent):
            await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        self.bug = self.bug or (error.error if isinstance(error, WorkerFailed) else error)
        super()._handle_exception(error)

    def panic(self, *renderables: object) -> None:
        """End, and draw nothing."""
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()
