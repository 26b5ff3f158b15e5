"""How the text's ambiguities are read. A reading fills every choice; single choices can be switched
by name, for all actors or for one. Several values mean that the text leaves the choice undefined:
all of them are explored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from model.language.errors import ModelError, nearest

ACTORS = ("ue", "home_agent")


@dataclass(frozen=True)
class Ambiguity:
    """One question that the text leaves open, and what each reading makes of it.

    public: can be switched with `--choose`. final: None where the published text is as `intended`.
    """

    identifier: str
    question: str
    alternatives: tuple[str, ...]
    literal: tuple[str, ...]
    intended: tuple[str, ...]
    final: tuple[str, ...] | None = None
    public: bool = True


def _ambiguity(
    identifier: str, question: str, alternatives: str, *, literal: str, intended: str, final: str | None = None,
    public: bool = True,
) -> Ambiguity:  # fmt: skip
    return Ambiguity(
        identifier, question, tuple(alternatives.split()), tuple(literal.split()), tuple(intended.split()),
        None if final is None else tuple(final.split()), public,
    )  # fmt: skip


AMBIGUITIES = (
    _ambiguity(
        "AMB-01", "Which handovers start with a binding and a security association?",
        "every-handover from-registered", literal="every-handover", intended="from-registered", public=False),
    _ambiguity(
        "AMB-02", "IPv4-only access after home: is a security association needed before the Binding Update?",
        "bu-at-once sa-first", literal="bu-at-once", intended="sa-first"),
    _ambiguity(
        "AMB-03", "What does the home agent do with an Alternate Care-of Address that is not the source?",
        "ignore-option drop reject option-wins",
        literal="ignore-option drop reject", intended="reject", final="option-wins"),
    _ambiguity(
        "AMB-06", "How is the acknowledgement encapsulated on an IPv4 path without NAT?",
        "bare-ipv4 udp", literal="bare-ipv4", intended="udp"),
    _ambiguity(
        "AMB-07", "What becomes of an update in UDP that has no IPv4 Care-of Address option?",
        "drop reject home-address-is-care-of",
        literal="drop reject home-address-is-care-of", intended="reject"),
    _ambiguity(
        "AMB-08", "The last acknowledgement that came had no K, or none came, and the UE moves: is the association "
        "still usable?",
        "keep-stale-sa re-establish re-establish-and-always-ask",
        literal="keep-stale-sa", intended="re-establish", final="re-establish-and-always-ask"),
    _ambiguity(
        "AMB-09", "What does status 133 to a de-registration mean to the UE?",
        "retry done", literal="retry done", intended="done"),
    _ambiguity(
        "AMB-10", "Home link detected while the list entry is not valid: is a de-registration sent?",
        "only-valid-entry whenever-possibly-bound", literal="only-valid-entry", intended="whenever-possibly-bound"),
    _ambiguity(
        "AMB-11", "May the UE give up its association at home before the de-registration ends?",
        "may-drop-first keep-until-done", literal="may-drop-first keep-until-done", intended="keep-until-done"),
    _ambiguity(
        "AMB-12", "What does the UE do with its IPv4 home address after a de-registration?",
        "forget offer-again", literal="forget offer-again", intended="forget", final="offer-again"),
    _ambiguity(
        "AMB-13", "The association was lost between two foreign links: is one needed before the update?",
        "bu-anyway sa-first", literal="bu-anyway", intended="sa-first"),
    _ambiguity(
        "AMB-17", "An update without IPv4 Home Address option while an IPv4 binding exists?",
        "left-alone removed", literal="left-alone", intended="removed"),
    _ambiguity(
        "AMB-18", "Where is the home address in an update over IPv4?",
        "option inner-source", literal="option", intended="inner-source"),
    _ambiguity(
        "AMB-19", "When does an acknowledgement carry a routing header?",
        "always unless-source-is-home-address", literal="always", intended="unless-source-is-home-address"),
    _ambiguity(
        "AMB-20", "What tells the UE of a NAT: the F flag, or the presence of the NAT Detection option?",
        "nat-found udp-demanded", literal="nat-found", intended="udp-demanded"),
    _ambiguity(
        "AMB-21", "Status 135 carries the home agent's number: does the UE take it over?",
        "ignore adopt-number adopt-if-ahead", literal="ignore", intended="adopt-number"),
    _ambiguity(
        "AMB-22", "Is a removed entry forgotten at once, or marked invalid for a while?",
        "forget keep-invalid keep-while-associated", literal="forget", intended="keep-invalid"),
    _ambiguity(
        "AMB-23", "Does a care-of address equal to the home address mean removal?",
        "removes no", literal="removes", intended="no"),
    _ambiguity(
        "AMB-25", "K in a de-registration: what is the peer address afterwards?",
        "unchanged as-care-of-home", literal="unchanged as-care-of-home", intended="as-care-of-home"),
    _ambiguity(
        "AMB-26", "A de-registration overtakes the registration it should undo and meets no binding?",
        "forget remember-refused", literal="forget", intended="remember-refused"),
    _ambiguity(
        "AMB-27", "The home agent lost the association: does the UE ever notice?",
        "never-noticed dead-after-limit", literal="never-noticed", intended="dead-after-limit"),
    _ambiguity(
        "AMB-28", "Which status answers a de-registration that meets an entry marked invalid? "
        "Matters with AMB-22=keep-invalid.",
        "status-0 status-133", literal="status-0 status-133", intended="status-0"),
    _ambiguity(
        "AMB-29", "Is the Alternate Care-of Address option in an update from an IPv6 access?",
        "absent present", literal="absent present", intended="present"),
    _ambiguity(
        "AMB-30", "IPv4 Home Address option with an address that the home agent has not assigned?",
        "grant-if-free refuse", literal="grant-if-free refuse", intended="refuse"),
    _ambiguity(
        "AMB-31", "A registration meets an entry marked invalid: is duplicate address detection run again?",
        "again skip", literal="again skip", intended="skip"),
    _ambiguity(
        "AMB-32", "The home link is detected and there is no usable association: is one set up to de-register?",
        "bu-anyway sa-first", literal="bu-anyway", intended="sa-first"),
    _ambiguity(
        "AMB-33", "Which status refuses an Alternate Care-of Address that is not the source? "
        "Matters with AMB-03=reject.",
        "status-128 status-174", literal="status-128", intended="status-128"),
    _ambiguity(
        "AMB-34", "The network revokes a binding while the UE waits for the answer to an update: is that one given up?",
        "give-up keep-open", literal="give-up keep-open", intended="keep-open"),
)  # fmt: skip

BY_IDENTIFIER = {ambiguity.identifier: ambiguity for ambiguity in AMBIGUITIES}
READINGS = ("literal", "intended", "final")


@dataclass(frozen=True)
class Reading:
    """A named reading with the choices a user switched.

    switched: (actor or None, ambiguity) -> value; "ue", "home_agent" or None for all.
    """

    name: str
    switched: Mapping[tuple[str | None, str], str] = field(default_factory=dict)

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """Ambiguity -> alternatives, for all actors."""
        result = {}
        for ambiguity in AMBIGUITIES:
            given = self.switched.get((None, ambiguity.identifier))
            result[ambiguity.identifier] = (given,) if given else _of_reading(ambiguity, self.name)
        return result

    @property
    def actor_choices(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {
            (actor, identifier): (value,)
            for (actor, identifier), value in self.switched.items()
            if actor is not None
        }

    def completed(self, choices: Iterable[str]) -> Reading:
        """This reading with a scenario's choices; what a user switched goes before them."""
        return Reading(self.name, {**reading(self.name, choices).switched, **self.switched})

    @property
    def switched_texts(self) -> list[str]:
        """The switched choices as a user writes them: "ue.AMB-20=nat-found"."""
        return [f"{f'{actor}.' if actor else ''}{name}={value}" for (actor, name), value in self.switched.items()]


def _of_reading(ambiguity: Ambiguity, name: str) -> tuple[str, ...]:
    if name == "final" and ambiguity.final is not None:
        return ambiguity.final
    return ambiguity.literal if name == "literal" else ambiguity.intended


def reading(name: str, choices: Iterable[str] = ()) -> Reading:
    """The reading `name` with choices such as "AMB-02=sa-first" or "ue.AMB-20=nat-found" switched.

    Raises ModelError for an unknown reading, ambiguity, actor or value, naming the allowed ones.
    """
    if name not in READINGS:
        raise ModelError(f'unknown reading "{name}": {nearest(name, READINGS)}')
    switched: dict[tuple[str | None, str], str] = {}
    for text in choices:
        key, separator, value = text.partition("=")
        actor, dot, identifier = key.rpartition(".")
        if not separator or not value:
            raise ModelError(f'choice "{text}": write it as AMB-02=sa-first or ue.AMB-20=nat-found')
        if dot and actor not in ACTORS:
            raise ModelError(f'choice "{text}": unknown actor "{actor}": {nearest(actor, ACTORS)}')
        if identifier not in BY_IDENTIFIER:
            raise ModelError(f'choice "{text}": unknown ambiguity "{identifier}": {nearest(identifier, BY_IDENTIFIER)}')
        ambiguity = BY_IDENTIFIER[identifier]
        if not ambiguity.public:
            raise ModelError(f'choice "{text}": {identifier} has no switch, it belongs to the reading')
        if value not in ambiguity.alternatives:
            raise ModelError(f'choice "{text}": {identifier} is one of {", ".join(ambiguity.alternatives)}')
        place = (actor or None, identifier)
        if place in switched:
            raise ModelError(f'choice "{text}": {key} is given twice')
        switched[place] = value
    return Reading(name, switched)
