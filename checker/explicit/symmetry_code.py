"""Native code for states that stand for all that are alike but for names. Each value of a part comes with
the numbers of its images under every permutation, so a state is renamed by looking up two numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from checker.explicit.channel_code import ChannelCode
from checker.explicit.function_text import FunctionText, Operand, signed
from checker.explicit.packing import WORD, Layout, Piece, mask
from checker.explicit.parts import PARTS, Parts
from checker.explicit.search_memory import ENTRY, IMAGE, Register, at, of_part
from checker.symmetry import Symmetry
from model.language.domains import Domain
from model.language.symmetry import Permutation, Renaming
from model.language.systems import System

Codes = tuple[tuple[int, int], ...]  # code before and after, of those that change
LOW = 4294967295


def part_images(system: System, parts: Parts, permutation: Permutation) -> tuple[int, ...] | None:
    """Where each part goes; None if a part would be cut."""
    names = [variable.name for variable in system.variables]
    channels = [channel.name for channel in system.channels]
    moves = [(names[index], names[target]) for index, target in enumerate(permutation.variables)]
    moves += [(channels[index], channels[target]) for index, target in enumerate(permutation.channels)]
    found: dict[int, int] = {}
    for one, other in moves:
        if (one in parts.common) != (other in parts.common):
            return None
        target = parts.part_of[other]
        if one not in parts.common and found.setdefault(parts.part_of[one], target) != target:
            return None
    for part in range(PARTS):  # one may hold nothing but what both hold
        if part not in found:
            found[part] = next(index for index in (part, 1 - part) if index not in found.values())
    return tuple(found[part] for part in range(PARTS))


class SymmetryCode:
    """Writes `introduce_0` and `introduce_1` (the number of a value that has its images), `rename` (put
    representatives into the buffer: the smallest keys), `weigh` (key -> how many states it stands for),
    `states_of` (the same for many)."""

    def __init__(self, layout: Layout, symmetry: Symmetry, masks: int) -> None:
        self.layout = layout
        self.masks = masks
        self.order = symmetry.order
        self.changing = symmetry.elements[1:]
        self.targets: list[tuple[int, ...]] = []
        for element in self.changing:
            images = part_images(layout.system, layout.parts, element)
            assert images is not None
            self.targets.append(images)

    def text(self) -> str:
        return "\n".join([
            "@weight = internal global i64 1", *(self._introduce(part) for part in range(PARTS)),
            *(self._introduce_all(part) for part in range(PARTS)), self._rename(), self._weigh(), self._states_of(),
        ])  # fmt: skip

    def _introduce(self, part: int) -> str:
        """The images are numbered before anybody needs them, and have their own images in turn."""
        numbers = self.layout.words_of_part(part)
        parameters = ", ".join(f"i64 %w{number}" for number in numbers)
        text = FunctionText(f"introduce_{part}", parameters, attributes="internal", result="i64")
        text.line(f"%number = call i64 @intern_{part}({parameters})")
        text.line(f"%images = load ptr, ptr {at(of_part('IMAGES', part))}")
        text.line(f"%place = mul i64 %number, {IMAGE * len(self.changing)}")
        text.line("%first = getelementptr i64, ptr %images, i64 %place")
        text.line("%known = load i64, ptr %first")
        text.line("%new = icmp eq i64 %known, 0")
        text.line("br i1 %new, label %work, label %leave")
        text.block("work")
        values: list[tuple[int, str]] = []
        for index, (element, targets) in enumerate(zip(self.changing, self.targets, strict=True)):
            target = targets[part]
            code = PermutationCode(text, self.layout, element, part, target)
            words = code.image({number: f"%w{number}" for number in numbers})
            values.append((target, ", ".join(f"i64 {word}" for word in words)))
            text.line(f"%image{index} = call i64 @intern_{target}({values[-1][1]})")
            text.line(f"%at{index} = getelementptr i64, ptr %first, i64 {IMAGE * index}")
            text.line(f"store i64 %image{index}, ptr %at{index}")
            text.line(f"%record{index} = call ptr @record_{target}(i64 %image{index})")
            text.line(f"%hash{index} = load i64, ptr %record{index}")
            text.line(f"%hash{index}.at = getelementptr i64, ptr %first, i64 {IMAGE * index + 1}")
            text.line(f"store i64 %hash{index}, ptr %hash{index}.at")
        for index, (target, arguments) in enumerate(values):
            text.line(f"%again{index} = call i64 @introduce_{target}({arguments})")
        text.line("br label %leave")
        text.block("leave")
        text.line("ret i64 %number")
        return text.text()

    def _introduce_all(self, part: int) -> str:
        """Work out the images of all values again."""
        count = self.layout.part_words[part]
        numbers = self.layout.words_of_part(part)
        loads = "\n".join(
            f"  %l{number} = getelementptr i64, ptr %value, i64 {step}\n  %w{number} = load i64, ptr %l{number}"
            for step, number in enumerate(numbers)
        )
        arguments = ", ".join(f"i64 %w{number}" for number in numbers)
        return f"""
define dso_local void @introduce_all_{part}() nounwind {{
entry:
  %held = load i64, ptr {at(of_part("HELD", part))}
  br label %loop
loop:
  %i = phi i64 [1, %entry], [%i1, %body]
  %more = icmp ule i64 %i, %held
  br i1 %more, label %body, label %leave
body:
  %values = load ptr, ptr {at(of_part("VALUES", part))}
  %place = mul i64 %i, {count}
  %value = getelementptr i64, ptr %values, i64 %place
{loads}
  %number = call i64 @introduce_{part}({arguments})
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret void
}}"""

    def _images(self, hashes: bool) -> str:
        """Code that has the images of %key in %image0 and so on, and their hashes in %hash0 and so on."""
        lines = ["  %number0 = lshr i64 %key, 32", f"  %number1 = and i64 %key, {LOW}"]
        for part in range(PARTS):
            lines += [
                f"  %images{part} = load ptr, ptr {at(of_part('IMAGES', part))}",
                f"  %place{part} = mul i64 %number{part}, {IMAGE * len(self.changing)}",
                f"  %first{part} = getelementptr i64, ptr %images{part}, i64 %place{part}",
            ]
        for index, targets in enumerate(self.targets):
            for part in range(PARTS):
                lines += [
                    f"  %at{index}_{part} = getelementptr i64, ptr %first{part}, i64 {IMAGE * index}",
                    f"  %to{index}_{targets[part]} = load i64, ptr %at{index}_{part}",
                ]
                if hashes:
                    lines += [
                        f"  %beside{index}_{part} = getelementptr i64, ptr %at{index}_{part}, i64 1",
                        f"  %hash{index}_{part} = load i64, ptr %beside{index}_{part}",
                    ]
            lines += [
                f"  %upper{index} = shl i64 %to{index}_0, 32",
                f"  %image{index} = or i64 %upper{index}, %to{index}_1",
            ]
            if hashes:
                lines.append(f"  %hash{index} = xor i64 %hash{index}_0, %hash{index}_1")
        return "\n".join(lines)

    def _rename(self) -> str:
        lines, key, hashed = [], "%key", "%h"
        for index in range(len(self.changing)):
            lines += [
                f"  %less{index} = icmp ult i64 %image{index}, {key}",
                f"  %best{index} = select i1 %less{index}, i64 %image{index}, i64 {key}",
                f"  %kept{index} = select i1 %less{index}, i64 %hash{index}, i64 {hashed}",
            ]
            key, hashed = f"%best{index}", f"%kept{index}"
        smallest = "\n".join(lines)
        return f"""
define dso_local void @rename() nounwind {{
entry:
  %n = load i64, ptr {at(Register.BUFFERED)}
  %buffer = load ptr, ptr {at(Register.BUFFER)}
  %table = load ptr, ptr {at(Register.TABLE)}
  %shift = load i64, ptr {at(Register.SHIFT)}
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %body]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %leave
body:
  %offset = mul i64 %i, {ENTRY}
  %base = getelementptr i64, ptr %buffer, i64 %offset
  %key = load i64, ptr %base
  %eh = getelementptr i64, ptr %base, i64 1
  %h = load i64, ptr %eh
{self._images(hashes=True)}
{smallest}
  store i64 {key}, ptr %base
  store i64 {hashed}, ptr %eh
  %place = lshr i64 {hashed}, %shift
  %slot = getelementptr i64, ptr %table, i64 %place
  call void @llvm.prefetch.p0(ptr %slot, i32 1, i32 3, i32 1)
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret void
}}"""

    def _weigh(self) -> str:
        """Permutations in all, by those that leave the state as it is."""
        lines, fixing = [], "1"
        for index in range(len(self.changing)):
            lines += [
                f"  %same{index} = icmp eq i64 %image{index}, %key",
                f"  %one{index} = zext i1 %same{index} to i64",
                f"  %fixing{index} = add i64 {fixing}, %one{index}",
            ]
            fixing = f"%fixing{index}"
        body = "\n".join(lines)
        return f"""
define dso_local i64 @weigh(i64 %key) nounwind {{
{self._images(hashes=False)}
{body}
  %orbit = udiv i64 {self.order}, {fixing}
  store i64 %orbit, ptr @weight
  ret i64 %orbit
}}"""

    def _states_of(self) -> str:
        return """
define dso_local i64 @states_of(ptr %keys, i64 %count) nounwind {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %body]
  %sum = phi i64 [0, %entry], [%more, %body]
  %rest = icmp ult i64 %i, %count
  br i1 %rest, label %body, label %leave
body:
  %at = getelementptr i64, ptr %keys, i64 %i
  %key = load i64, ptr %at
  %orbit = call i64 @weigh(i64 %key)
  %more = add i64 %sum, %orbit
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret i64 %sum
}"""


class PermutationCode:
    """Writes what one permutation makes of a value of the part `source`: a value of the part `target`.
    Everything happens in registers, on whole words where fields allow it."""

    def __init__(
        self, text: FunctionText, layout: Layout, permutation: Permutation, source: int, target: int
    ) -> None:
        self.text = text
        self.source = source
        self.target = target
        self.layout = layout
        self.system = layout.system
        self.permutation = permutation

    def image(self, words: Mapping[int, Operand]) -> list[Operand]:
        """The words of the target part, from those of the source part by number."""
        moves: dict[int, dict[tuple[int, int], int]] = {}
        for source, target in self._moved_pieces():
            key = (source.word, target.shift - source.shift)
            bits = moves.setdefault(target.word, {})
            bits[key] = bits.get(key, 0) | mask(target.width) << target.shift
        numbers = self.layout.words_of_part(self.target)
        result = {number: self._collected(words, moves.get(number, {})) for number in numbers}
        for word, groups in self._renamed_variables().items():
            for (width, codes), shifts in groups.items():
                changes = self._changes(WORD, result[word], width, codes, shifts)
                result[word] = self.text.exclusive(WORD, result[word], changes)
        for index in self._channels():
            if self._renames(index):
                self._insert(result, self.permutation.channels[index], self._renamed_contents(index, words))
        return [result[number] for number in numbers]

    def _channels(self) -> Iterator[int]:
        """Those of the source part."""
        for index, channel in enumerate(self.system.channels):
            if self.layout.parts.part_of[channel.name] == self.source:
                yield index

    def _variables(self) -> Iterator[tuple[int, Piece, Piece]]:
        """Those that the source part holds, with their places there and in the target part."""
        for index, image in enumerate(self.permutation.variables):
            here = self._place(index, self.source)
            there = self._place(image, self.target)
            if here is not None and there is not None:
                yield index, here, there

    def _place(self, variable: int, part: int) -> Piece | None:
        pieces = self.layout.places(variable)
        return next((piece for piece in pieces if self.layout.part_of_word(piece.word) == part), None)

    # what only moves

    def _moved_pieces(self) -> Iterator[tuple[Piece, Piece]]:
        for _, here, there in self._variables():
            yield here, there
        for index in self._channels():
            if not self._renames(index):
                target = self.permutation.channels[index]
                for slot, image in zip(self.layout.slot_pieces[index], self.layout.slot_pieces[target], strict=True):
                    yield from _common_pieces(slot, image)

    def _collected(self, words: Mapping[int, Operand], moves: dict[tuple[int, int], int]) -> Operand:
        """One word, of bits of others: (word, distance to the left) -> the bits in their new place."""
        result: Operand = 0
        for (word, distance), bits in moves.items():
            if distance >= 0:
                part = self.text.shift_left(WORD, words[word], distance)
            else:
                part = self.text.shift_right(WORD, words[word], -distance)
            result = self.text.disjunction(WORD, result, self.text.conjunction(WORD, part, signed(bits, WORD)))
        return result

    # values that are renamed

    def _renamed_variables(self) -> dict[int, dict[tuple[int, Codes], list[int]]]:
        """word -> (width, codes) -> places of the variables there that are renamed so."""
        found: dict[int, dict[tuple[int, Codes], list[int]]] = {}
        for index, _, piece in self._variables():
            codes = changed_codes(self.permutation.values[index], self.system.variables[index].domain)
            if codes:
                found.setdefault(piece.word, {}).setdefault((piece.width, codes), []).append(piece.shift)
        return found

    def _changes(self, register: int, word: Operand, width: int, codes: Codes, shifts: Iterable[int]) -> Operand:
        """The bits to turn over in fields of one width so that their codes are renamed."""
        places = list(shifts)
        lowest = sum(1 << shift for shift in places)
        changes: Operand = 0
        for before, after in codes:
            different = self.text.exclusive(register, word, signed(before * lowest, register))
            folded = different
            for bit in range(1, width):
                folded = self.text.disjunction(register, folded, self.text.shift_right(register, different, bit))
            folded = self.text.exclusive(register, folded, -1)
            here = self.text.conjunction(register, folded, signed(lowest, register))
            for bit in range(width):
                if (before ^ after) >> bit & 1:
                    changes = self.text.exclusive(register, changes, self.text.shift_left(register, here, bit))
        return changes

    # messages with fields that are renamed

    def _renames(self, channel: int) -> bool:
        return any(renaming is not None for message in self.permutation.fields[channel] for renaming in message)

    def _renamed_contents(self, index: int, words: Mapping[int, Operand]) -> list[Operand]:
        """What is on a channel, with renamed fields, in canonical order again."""
        slot = self.layout.slots[index]
        contents = []
        for pieces in self.layout.slot_pieces[index]:
            code: Operand = 0
            for piece in pieces:
                part = self.text.masked(WORD, self.text.shift_right(WORD, words[piece.word], piece.shift), piece.width)
                part = self.text.shift_left(
                    slot.register, self.text.resized(part, WORD, slot.register), piece.offset
                )
                code = self.text.disjunction(slot.register, code, part)
            contents.append(self._renamed_message(index, code))
        fields = self.permutation.fields[index]
        names = [list(message.fields) for message in slot.channel.messages]
        lanes = [kind[order.index(slot.channel.lane)] for kind, order in zip(fields, names, strict=True)]
        if slot.channel.reorders or any(renaming is not None for renaming in lanes):
            return ChannelCode(self.text, slot).sorted(contents)
        return contents

    def _renamed_message(self, index: int, code: Operand) -> Operand:
        slot = self.layout.slots[index]
        tag = self.text.masked(
            slot.register, self.text.shift_right(slot.register, code, slot.tag_shift), slot.tag_width
        )
        result = code
        for kind, renamings in enumerate(self.permutation.fields[index]):
            groups: dict[tuple[int, Codes], list[int]] = {}
            for name, renaming in zip(slot.channel.messages[kind].fields, renamings, strict=True):
                place = slot.fields[kind][name]
                codes = changed_codes(renaming, place.domain)
                if codes:
                    groups.setdefault((place.width, codes), []).append(place.shift)
            here = self.text.compare("eq", slot.register, tag, kind + 1)
            for (width, codes), shifts in groups.items():
                changes = self._changes(slot.register, code, width, codes, shifts)
                result = self.text.exclusive(slot.register, result, self.text.select(slot.register, here, changes, 0))
        return result

    def _insert(self, words: dict[int, Operand], channel: int, contents: Sequence[Operand]) -> None:
        register = self.layout.slots[channel].register
        for pieces, code in zip(self.layout.slot_pieces[channel], contents, strict=True):
            for piece in pieces:
                part = self.text.resized(self.text.shift_right(register, code, piece.offset), register, WORD)
                part = self.text.shift_left(WORD, self.text.masked(WORD, part, piece.width), piece.shift)
                words[piece.word] = self.text.disjunction(WORD, words[piece.word], part)


def changed_codes(renaming: Renaming, domain: Domain) -> Codes:
    if renaming is None:
        return ()
    pairs = ((code, domain.encode(value)) for code, value in enumerate(renaming))
    return tuple((before, after) for before, after in pairs if before != after)


def _common_pieces(one: Sequence[Piece], other: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Pieces of one item at two places, cut so that they correspond."""
    cuts = sorted({piece.offset for piece in (*one, *other)} | {one[-1].offset + one[-1].width})
    for start, end in pairwise(cuts):
        parts = []
        for pieces in (one, other):
            whole = next(piece for piece in pieces if piece.offset <= start < piece.offset + piece.width)
            parts.append(Piece(whole.word, whole.shift + start - whole.offset, start, end - start))
        yield parts[0], parts[1]


__all__ = ["PermutationCode", "SymmetryCode", "part_images"]
