"""Where variables and messages in flight stand in a state of 64-bit words.
A slot holds, from the top: lane, type + 1, the other fields, copy mark; 0 is an empty slot. So
the canonical order of a multiset is the order of slots as numbers, with empty slots last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checker.explicit.parts import PARTS, Parts, parts_of
from model.language.channel_contents import Flight
from model.language.domains import Boolean, Domain, bits_of
from model.language.errors import ModelError
from model.language.interpretation import State
from model.language.systems import System, SystemChannel

WORD = 64


@dataclass(frozen=True)
class Piece:
    """`width` bits of an item, from its bit `offset` on, at bit `shift` of word `word`."""

    word: int
    shift: int
    offset: int
    width: int


@dataclass(frozen=True)
class FieldPlace:
    shift: int
    width: int
    domain: Domain


class SlotLayout:
    """The bits of one message of a channel. `register`: width of an integer with a bit to spare."""

    def __init__(self, channel: SystemChannel) -> None:
        self.channel = channel
        lane_width = max(bits_of(message.fields[channel.lane].domain) for message in channel.messages)
        self.tag_width = len(channel.messages).bit_length()
        inner = 0
        for message in channel.messages:
            if not isinstance(message.fields[channel.copy_mark].domain, Boolean):
                raise ModelError(f'channel "{channel.name}": the copy mark "{channel.copy_mark}" must be Boolean')
            if channel.lane == channel.copy_mark:
                raise ModelError(f'channel "{channel.name}": the copy mark cannot be the lane')
            inner = max(inner, sum(bits_of(message.fields[name].domain) for name in self._plain_names(message.fields)))
        self.tag_shift = 1 + inner
        self.lane_shift = self.tag_shift + self.tag_width
        self.width = self.lane_shift + lane_width
        self.register = WORD * (self.width // WORD + 1)
        self.fields: list[dict[str, FieldPlace]] = []
        for message in channel.messages:
            places: dict[str, FieldPlace] = {}
            shift = self.tag_shift
            for name in self._plain_names(message.fields):
                domain = message.fields[name].domain
                shift -= bits_of(domain)
                places[name] = FieldPlace(shift, bits_of(domain), domain)
            places[channel.lane] = FieldPlace(self.lane_shift, lane_width, message.fields[channel.lane].domain)
            places[channel.copy_mark] = FieldPlace(0, 1, message.fields[channel.copy_mark].domain)
            self.fields.append(places)

    def _plain_names(self, names: Iterable[str]) -> Iterator[str]:
        return (name for name in names if name not in (self.channel.lane, self.channel.copy_mark))

    def encode(self, flight: Flight) -> int:
        code = (flight.message + 1) << self.tag_shift
        for name, value in zip(self.channel.messages[flight.message].fields, flight.values, strict=True):
            place = self.fields[flight.message][name]
            code |= place.domain.encode(value) << place.shift
        return code

    def decode(self, code: int) -> Flight:
        kind = (code >> self.tag_shift & mask(self.tag_width)) - 1
        places = [self.fields[kind][name] for name in self.channel.messages[kind].fields]
        values = (place.domain.decode(code >> place.shift & mask(place.width)) for place in places)
        return Flight(kind, tuple(values))


def mask(width: int) -> int:
    return (1 << width) - 1


class Layout:
    """The place of everything in a state: first the words of part 0, then those of part 1. Slots may be
    cut at word boundaries, variables never are.

    part_words: how many words each part has. copies: the second place of variables that both parts hold.
    """

    def __init__(self, system: System, parts: Parts | None = None) -> None:
        self.system = system
        self.parts = parts_of(system) if parts is None else parts
        self.slots = [SlotLayout(channel) for channel in system.channels]
        self.slot_pieces: list[list[tuple[Piece, ...]]] = [[] for _ in self.slots]
        self.variable_pieces = [Piece(0, 0, 0, 0)] * len(system.variables)
        self.copies: dict[int, Piece] = {}
        self.part_words: list[int] = []
        self.bits = 0
        for part in range(PARTS):
            used = self._place_channels(part, 64 * sum(self.part_words))
            self._place_variables(part, sum(self.part_words), used)
            self.part_words.append(len(used))
            self.bits += sum(used)
        self.words = sum(self.part_words)

    def _place_channels(self, part: int, start: int) -> list[int]:
        """The bits used in each word of the part."""
        position = start
        for index, slot in enumerate(self.slots):
            if self.parts.part_of[slot.channel.name] == part:
                for _ in range(slot.channel.capacity):
                    self.slot_pieces[index].append(tuple(_cut(position, slot.width)))
                    position += slot.width
        whole, rest = divmod(position - start, WORD)
        return [WORD] * whole + ([rest] if rest else [])

    def _place_variables(self, part: int, first_word: int, used: list[int]) -> None:
        """Each in the first word with room for it, the widest first."""
        part_of, common = self.parts.part_of, self.parts.common
        widths = {index: bits_of(variable.domain) for index, variable in enumerate(self.system.variables)
                  if part_of[variable.name] == part or variable.name in common}  # fmt: skip
        for index in sorted(widths, key=lambda index: -widths[index]):
            width, name = widths[index], self.system.variables[index].name
            if width >= WORD:
                raise ModelError(f'variable "{name}" needs {width} bits; at most 63 are possible')
            word = next((number for number, taken in enumerate(used) if taken + width <= WORD), len(used))
            if word == len(used):
                used.append(0)
            piece = Piece(first_word + word, used[word], 0, width)
            used[word] += width
            if part_of[name] == part:
                self.variable_pieces[index] = piece
            else:
                self.copies[index] = piece

    def places(self, variable: int) -> list[Piece]:
        """Every place of a variable: one, or one in each part."""
        return [self.variable_pieces[variable], *([self.copies[variable]] if variable in self.copies else [])]

    def part_of_word(self, word: int) -> int:
        return 0 if word < self.part_words[0] else 1

    def words_of_part(self, part: int) -> range:
        first = sum(self.part_words[:part])
        return range(first, first + self.part_words[part])

    def encode(self, state: State) -> list[int]:
        words = [0] * self.words
        for variable, piece, value in zip(self.system.variables, self.variable_pieces, state.values, strict=True):
            words[piece.word] |= variable.domain.encode(value) << piece.shift
        for index, piece in self.copies.items():
            words[piece.word] |= self.system.variables[index].domain.encode(state.values[index]) << piece.shift
        for slot, places, contents in zip(self.slots, self.slot_pieces, state.channels, strict=True):
            for pieces, flight in zip(places, contents, strict=False):
                code = slot.encode(flight)
                for piece in pieces:
                    words[piece.word] |= (code >> piece.offset & mask(piece.width)) << piece.shift
        return words

    def decode(self, words: Sequence[int]) -> State:
        values = tuple(
            variable.domain.decode(words[piece.word] >> piece.shift & mask(piece.width))
            for variable, piece in zip(self.system.variables, self.variable_pieces, strict=True)
        )
        channels: list[tuple[Flight, ...]] = []
        for slot, places in zip(self.slots, self.slot_pieces, strict=True):
            codes = [
                sum((words[piece.word] >> piece.shift & mask(piece.width)) << piece.offset for piece in pieces)
                for pieces in places
            ]
            channels.append(tuple(slot.decode(code) for code in codes if code))
        return State(values, tuple(channels))


def _cut(position: int, width: int) -> Iterator[Piece]:
    """The pieces of an item of `width` bits that starts at bit `position` of the whole state."""
    offset = 0
    while offset < width:
        word, shift = divmod(position + offset, WORD)
        part = min(width - offset, WORD - shift)
        yield Piece(word, shift, offset, part)
        offset += part
