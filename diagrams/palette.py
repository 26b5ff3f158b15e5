"""The colours of state diagrams and overviews of the state space, light and dark."""

from __future__ import annotations

from diagrams.row_text import Mark

FONT = "Helvetica,Arial,sans-serif"
INK, GREY, GREEN, BLUE, PAPER, STATE, GROUP, FAINT = (
    "#1b1f24", "#57606a", "#116329", "#0b4a94", "#ffffff", "#eef4fb", "#fff8e1", "#b1bac4"
)  # fmt: skip
AMBER, RED, MARKED = "#8a4600", "#a40e26", "#fff1c2"
HEAT = ("#e3f2e6", "#b9dfc2", "#8ccb9b", "#5fb578")  # the more, the darker; each bears INK as text
DARK = {
    INK: "#e6edf3", GREY: "#a5b0bd", GREEN: "#7ee2a0", BLUE: "#8cc2ff", PAPER: "#0d1117",
    STATE: "#1c2b3d", GROUP: "#3a3218", FAINT: "#57616d", AMBER: "#f0b35c", RED: "#ff9492", MARKED: "#4a3b10",
    HEAT[0]: "#12261a", HEAT[1]: "#173a25", HEAT[2]: "#1c5131", HEAT[3]: "#21683d",
}  # fmt: skip

COLOUR_OF = {
    Mark.PLAIN: INK, Mark.FADED: FAINT, Mark.CHOSEN: INK, Mark.FIRED: GREEN, Mark.NEVER: AMBER, Mark.DEAD: GREY,
    Mark.ADDED: GREEN, Mark.REMOVED: RED, Mark.CHANGED: AMBER,
}  # fmt: skip
SIGN_OF = {
    Mark.PLAIN: "•", Mark.FADED: "•", Mark.CHOSEN: "•", Mark.FIRED: "•", Mark.NEVER: "○", Mark.DEAD: "×",
    Mark.ADDED: "+", Mark.REMOVED: "−", Mark.CHANGED: "≠",
}  # fmt: skip
