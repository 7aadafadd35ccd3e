"""Every verb there is, by kind; a test holds it against the words that people use."""

from typing import Final

from comity.domain.lifecycles.agreement import AGREEMENT
from comity.domain.lifecycles.exercise import EXERCISE, MILESTONE, MODEL_ALIAS
from comity.domain.lifecycles.findings import ACTION, FINDING, GUIDANCE, STAND_DOWN
from comity.domain.lifecycles.people import POSITION, SECONDMENT
from comity.domain.lifecycles.protocol import CONCURRENCE, PROTOCOL
from comity.domain.lifecycles.run import CELL, DEVIATION, RUN
from comity.domain.steps import Step

STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "exercise": EXERCISE,
    "milestone": MILESTONE,
    "model_alias": MODEL_ALIAS,
    "protocol": PROTOCOL,
    "concurrence": CONCURRENCE,
    "cell": CELL,
    "run": RUN,
    "deviation": DEVIATION,
    "secondment": SECONDMENT,
    "position": POSITION,
    "agreement": AGREEMENT,
    "finding": FINDING,
    "action": ACTION,
    "guidance": GUIDANCE,
    "stand_down": STAND_DOWN,
}
