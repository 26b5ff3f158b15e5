"""docs/ask.md: how to ask, and every name that a question may use."""

from __future__ import annotations

from dsmip.documentation.markdown import page, plain, table
from model.handover import handover_of_one
from model.readings import reading
from model.scenarios import load
from properties.questions import names_of

SCENARIO = "clause-5.2"
FORMS = [
    ("`reachable A`", "can a state or step be reached in which A is true? (the default if no word opens the question)"),
    ("`always A`", "is A true in every reachable state or step?"),
    ("`never A`", "is A false in every one?"),
    ("`when A: B`", "is B true wherever A is?"),
    ("`after STEP: B`", "is B true right after every such step?"),
]
EXAMPLES = [
    'dsmip ask "reachable registered and not bound" minimal --reading literal',
    "dsmip ask \"always registered and quiescent implies bound\" minimal",
    "dsmip ask \"when sends BindingUpdate: ue.security_association\" nat --reading literal",
    "dsmip ask \"after receives BindingAcknowledgement and received.status < '128 reason unspecified': bound\" minimal",
    "dsmip ask \"reachable in flight BindingUpdate where (lifetime = zero) and bound\" clause-5.2 --time 60s",
]  # fmt: skip


def questions_page() -> str:
    return page(
        "Questions",
        '`dsmip ask "QUESTION" [SCENARIO]` answers yes (exit code 0), no (1) or unknown (3), with a shortest run that '
        "shows it or the figures of a complete exploration. A question that makes no sense is refused (2) with its "
        "column and the nearest name. `--reading`, `--choose` and `--mutant` are as for `dsmip check`; "
        "`--save-trace FILE` keeps the run.",
        "## Forms", table(["form", "asks"], FORMS),
        "## Words",
        "`and`, `or`, `not`, `implies`, parentheses, `=`, `!=`, `<`, `>`, `+`, `-`, `is one of (a, b)`, `is ahead of` "
        "(sequence numbers), `sends M`, `receives M`, `event \"...\"`, `timer \"...\"`, `decision \"...\"`, "
        "`in flight M where (...)`. A value with spaces stands in quotes. `name'` is the value after a step.",
        "## Examples", "\n".join(["```", *EXAMPLES, "```"]),
        f"## Names in `{SCENARIO}`",
        "Other scenarios have other networks and bounds, some more variables: "
        '`dsmip ask "" NAME --names` lists those of one.',
        table(["name", "values", "meaning"],
              [[f"`{name}`", plain(values), plain(meaning)]
               for name, values, meaning in names_of(handover_of_one(load(SCENARIO), reading("intended")))]),
    )  # fmt: skip
