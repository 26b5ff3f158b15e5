"""LLVM text that numbers the values of the two parts of a state, and puts steps where they belong:
those of one part with the part's value, those that need both parts into the buffer of the search."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explicit.search_memory import ENTRY, NO_PARENT, STEP, Record, Register, at, of_part

SEEDS = (7046029254386353131, 2685821657736338717)


def part_text(
    part_words: Sequence[int], actions: int, channels: int, groups: int, masks: int, symmetric: bool = False
) -> str:
    """groups: observations by 64. masks: joint entries by 64. symmetric: new values come with their images,
    by `introduce_`, which is not written here."""
    number_of = "introduce" if symmetric else "intern"
    return "\n".join([
        _globals(sum(part_words), actions, channels, groups, masks), _sight(),
        *(_value_functions(part, part_words, masks, number_of) for part in (0, 1)),
        _push(masks), _emit(part_words, number_of), _load(part_words), _meet(masks), _add(part_words),
        _key_of(part_words),
    ])  # fmt: skip


def _globals(words: int, actions: int, channels: int, groups: int, masks: int) -> str:
    return f"""
@fired = dso_local global [{max(1, actions)} x i64] zeroinitializer
@overflowed = dso_local global [{max(1, channels)} x i64] zeroinitializer
@largest = dso_local global [{max(1, channels)} x i64] zeroinitializer
@unseen = dso_local global [{max(1, groups)} x i64] zeroinitializer
@sightings = dso_local global [{max(1, groups) * 64} x i64] zeroinitializer
@live = dso_local global [{max(1, masks)} x i64] zeroinitializer
@failed = dso_local global i64 0
@context = dso_local global [{len(Register)} x i64] zeroinitializer
@state = internal global [{max(1, words)} x i64] zeroinitializer
@here = internal global i64 0
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare i64 @llvm.cttz.i64(i64, i1)
"""


def words_of(numbers: Sequence[int], name: str = "w") -> str:
    return ", ".join(f"i64 %{name}{number}" for number in numbers)


def _of(part: int, part_words: Sequence[int]) -> range:
    first = sum(part_words[:part])
    return range(first, first + part_words[part])


def _sight() -> str:
    """Record the first sighting of each observation in `seen` that is still unseen."""
    return f"""
define internal void @sight(i64 %group, i64 %seen, i64 %label) nounwind noinline {{
entry:
  %pu = getelementptr i64, ptr @unseen, i64 %group
  %unseen = load i64, ptr %pu
  %new = and i64 %seen, %unseen
  %left = xor i64 %unseen, %new
  store i64 %left, ptr %pu
  %next = load i64, ptr {at(Register.NEXT)}
  %high = shl i64 %label, 32
  %origin = or i64 %high, %next
  %first = shl i64 %group, 6
  br label %loop
loop:
  %rest = phi i64 [%new, %entry], [%fewer, %body]
  %none = icmp eq i64 %rest, 0
  br i1 %none, label %leave, label %body
body:
  %bit = call i64 @llvm.cttz.i64(i64 %rest, i1 1)
  %number = add i64 %first, %bit
  %place = getelementptr i64, ptr @sightings, i64 %number
  store i64 %origin, ptr %place
  %less = sub i64 %rest, 1
  %fewer = and i64 %rest, %less
  br label %loop
leave:
  ret void
}}"""


def _value_functions(part: int, part_words: Sequence[int], masks: int, number_of: str) -> str:
    """The number of a value: `find_` gives 0 for one never met, `intern_` numbers it. `collect_` keeps a step."""
    numbers = _of(part, part_words)
    count, parameters = len(numbers), words_of(numbers)
    comma = ", " if numbers else ""
    hashing = [f"  %h0 = add i64 {SEEDS[part]}, 0"]
    for step, number in enumerate(numbers):
        hashing += [
            f"  %x{step} = xor i64 %w{number}, %h{step}",
            f"  %m{step} = mul i64 %x{step}, -7046029254386353131",
            f"  %s{step} = lshr i64 %m{step}, 32",
            f"  %h{step + 1} = xor i64 %m{step}, %s{step}",
        ]
    different = ["  %d0 = add i64 0, 0"]
    for step, number in enumerate(numbers):
        different += [
            f"  %o{step} = getelementptr i64, ptr %old, i64 {step}",
            f"  %c{step} = load i64, ptr %o{step}",
            f"  %e{step} = xor i64 %c{step}, %w{number}",
            f"  %d{step + 1} = or i64 %d{step}, %e{step}",
        ]
    stores = [
        f"  %t{step} = getelementptr i64, ptr %new, i64 {step}\n  store i64 %w{number}, ptr %t{step}"
        for step, number in enumerate(numbers)
    ]
    loads = [
        f"  %l{step} = getelementptr i64, ptr %value, i64 {step}\n  %w{number} = load i64, ptr %l{step}"
        for step, number in enumerate(numbers)
    ]
    return f"""
define internal i64 @hash_{part}({parameters}) nounwind {{
{chr(10).join(hashing)}
  %p = mul i64 %h{count}, -4417276706812531889
  %q = lshr i64 %p, 29
  %r = xor i64 %p, %q
  %u = mul i64 %r, -7046029254386353131
  %v = lshr i64 %u, 32
  %z = xor i64 %u, %v
  ret i64 %z
}}

define internal i64 @seek_{part}(ptr %free, i64 %h{comma}{parameters}) nounwind {{
entry:
  %slots = load ptr, ptr {at(of_part("SLOTS", part))}
  %mask = load i64, ptr {at(of_part("SLOT_MASK", part))}
  %values = load ptr, ptr {at(of_part("VALUES", part))}
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %entry], [%following, %other]
  %slot = getelementptr i32, ptr %slots, i64 %place
  %content = load i32, ptr %slot
  %empty = icmp eq i32 %content, 0
  br i1 %empty, label %absent, label %compare
compare:
  %found = zext i32 %content to i64
  %offset = mul i64 %found, {count}
  %old = getelementptr i64, ptr %values, i64 %offset
{chr(10).join(different)}
  %equal = icmp eq i64 %d{count}, 0
  br i1 %equal, label %leave, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
leave:
  ret i64 %found
absent:
  store ptr %slot, ptr %free
  ret i64 0
}}

define internal i64 @intern_{part}({parameters}) nounwind {{
entry:
  %free = alloca ptr
  %h = call i64 @hash_{part}({parameters})
  %found = call i64 @seek_{part}(ptr %free, i64 %h{comma}{parameters})
  %absent = icmp eq i64 %found, 0
  br i1 %absent, label %append, label %leave
append:
  %held = load i64, ptr {at(of_part("HELD", part))}
  %number = add i64 %held, 1
  store i64 %number, ptr {at(of_part("HELD", part))}
  %slot = load ptr, ptr %free
  %short = trunc i64 %number to i32
  store i32 %short, ptr %slot
  %values = load ptr, ptr {at(of_part("VALUES", part))}
  %place = mul i64 %number, {count}
  %new = getelementptr i64, ptr %values, i64 %place
{chr(10).join(stores)}
  %record = call ptr @record_{part}(i64 %number)
  store i64 %h, ptr %record
  ret i64 %number
leave:
  ret i64 %found
}}

define internal void @rehash_{part}(i64 %number) nounwind {{
  %values = load ptr, ptr {at(of_part("VALUES", part))}
  %place = mul i64 %number, {count}
  %value = getelementptr i64, ptr %values, i64 %place
{chr(10).join(loads)}
  %h = call i64 @hash_{part}({parameters})
  %record = call ptr @record_{part}(i64 %number)
  store i64 %h, ptr %record
  ret void
}}

define dso_local void @rehash_all_{part}() nounwind {{
entry:
  %held = load i64, ptr {at(of_part("HELD", part))}
  br label %loop
loop:
  %i = phi i64 [1, %entry], [%i1, %body]
  %more = icmp ule i64 %i, %held
  br i1 %more, label %body, label %leave
body:
  call void @rehash_{part}(i64 %i)
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret void
}}

define internal ptr @record_{part}(i64 %number) nounwind alwaysinline {{
  %records = load ptr, ptr {at(of_part("RECORDS", part))}
  %offset = mul i64 %number, {Record.MASKS + masks}
  %record = getelementptr i64, ptr %records, i64 %offset
  ret ptr %record
}}

define internal void @collect_{part}(i64 %label{comma}{parameters}) nounwind {{
  %number = call i64 @{number_of}_{part}({parameters})
  %record = call ptr @record_{part}(i64 %number)
  %h = load i64, ptr %record
  %used = load i64, ptr {at(Register.STEPS_USED)}
  %steps = load ptr, ptr {at(Register.STEPS)}
  %offset = mul i64 %used, {STEP}
  %step = getelementptr i64, ptr %steps, i64 %offset
  %high = shl i64 %label, 32
  %content = or i64 %high, %number
  store i64 %content, ptr %step
  %second = getelementptr i64, ptr %step, i64 1
  store i64 %h, ptr %second
  %more = add i64 %used, 1
  store i64 %more, ptr {at(Register.STEPS_USED)}
  ret void
}}"""


def _push(masks: int) -> str:
    """Put a successor into the buffer and fetch its place in the table ahead."""
    return f"""
define internal void @push(i64 %label, i64 %left, i64 %right) nounwind {{
  %one = call ptr @record_0(i64 %left)
  %other = call ptr @record_1(i64 %right)
  %ha = load i64, ptr %one
  %hb = load i64, ptr %other
  %h = xor i64 %ha, %hb
  %upper = shl i64 %left, 32
  %key = or i64 %upper, %right
  %n = load i64, ptr {at(Register.BUFFERED)}
  %buffer = load ptr, ptr {at(Register.BUFFER)}
  %offset = mul i64 %n, {ENTRY}
  %base = getelementptr i64, ptr %buffer, i64 %offset
  store i64 %key, ptr %base
  %eh = getelementptr i64, ptr %base, i64 1
  store i64 %h, ptr %eh
  %next = load i64, ptr {at(Register.NEXT)}
  %high = shl i64 %label, 32
  %origin = or i64 %high, %next
  %eo = getelementptr i64, ptr %base, i64 2
  store i64 %origin, ptr %eo
  %table = load ptr, ptr {at(Register.TABLE)}
  %shift = load i64, ptr {at(Register.SHIFT)}
  %place = lshr i64 %h, %shift
  %slot = getelementptr i64, ptr %table, i64 %place
  call void @llvm.prefetch.p0(ptr %slot, i32 1, i32 3, i32 1)
  %n1 = add i64 %n, 1
  store i64 %n1, ptr {at(Register.BUFFERED)}
  ret void
}}"""


def _emit(part_words: Sequence[int], number_of: str) -> str:
    """Successors found from the state `@here`, by the words of the parts that change."""
    zero, one = _of(0, part_words), _of(1, part_words)
    return f"""
define internal void @emit_0({_after_label(zero)}) nounwind {{
  %left = call i64 @{number_of}_0({words_of(zero)})
  %here = load i64, ptr @here
  %right = and i64 %here, 4294967295
  call void @push(i64 %label, i64 %left, i64 %right)
  ret void
}}

define internal void @emit_1({_after_label(one)}) nounwind {{
  %right = call i64 @{number_of}_1({words_of(one)})
  %here = load i64, ptr @here
  %left = lshr i64 %here, 32
  call void @push(i64 %label, i64 %left, i64 %right)
  ret void
}}

define internal void @emit_01({_after_label([*zero, *one])}) nounwind {{
  %left = call i64 @{number_of}_0({words_of(zero)})
  %right = call i64 @{number_of}_1({words_of(one)})
  call void @push(i64 %label, i64 %left, i64 %right)
  ret void
}}"""


def _after_label(numbers: Sequence[int]) -> str:
    return ", ".join(["i64 %label", *(f"i64 %w{number}" for number in numbers)])


def _load(part_words: Sequence[int]) -> str:
    """Write out the words of a pair of values at an address."""
    lines = []
    for part in (0, 1):
        lines += [
            f"  %values{part} = load ptr, ptr {at(of_part('VALUES', part))}",
            f"  %offset{part} = mul i64 %number{part}, {part_words[part]}",
            f"  %base{part} = getelementptr i64, ptr %values{part}, i64 %offset{part}",
        ]
        for step, number in enumerate(_of(part, part_words)):
            lines += [
                f"  %f{number} = getelementptr i64, ptr %base{part}, i64 {step}",
                f"  %w{number} = load i64, ptr %f{number}",
                f"  %t{number} = getelementptr i64, ptr %target, i64 {number}",
                f"  store i64 %w{number}, ptr %t{number}",
            ]
    return f"""
define dso_local void @write_out(i64 %key, ptr %target) nounwind {{
  %number0 = lshr i64 %key, 32
  %number1 = and i64 %key, 4294967295
{chr(10).join(lines)}
  ret void
}}"""


def _meet(masks: int) -> str:
    """Work out what a pair's values do on their own, for those of the two that are met the first time."""
    body = []
    for part in (0, 1):
        body.append(f"""
part{part}:
  %record{part} = call ptr @record_{part}(i64 %number{part})
  %first{part} = getelementptr i64, ptr %record{part}, i64 {Record.FIRST.value}
  %known{part} = load i64, ptr %first{part}
  %new{part} = icmp eq i64 %known{part}, 0
  br i1 %new{part}, label %work{part}, label %after{part}
work{part}:
  %start{part} = load i64, ptr {at(Register.STEPS_USED)}
  %masks{part} = getelementptr i64, ptr %record{part}, i64 {Record.MASKS.value}
  call void @own_{part}(ptr @state, ptr %masks{part})
  %failed{part} = load i64, ptr @failed
  %wrong{part} = icmp ne i64 %failed{part}, 0
  br i1 %wrong{part}, label %leave, label %keep{part}
keep{part}:
  %end{part} = load i64, ptr {at(Register.STEPS_USED)}
  %count{part} = sub i64 %end{part}, %start{part}
  %ps{part} = getelementptr i64, ptr %record{part}, i64 {Record.STEPS.value}
  %one{part} = add i64 %start{part}, 1
  store i64 %one{part}, ptr %first{part}
  store i64 %count{part}, ptr %ps{part}
  br label %after{part}
after{part}:
  br label %{'part1' if part == 0 else 'leave'}""")
    return f"""
define dso_local void @meet(i64 %key) nounwind {{
entry:
  call void @write_out(i64 %key, ptr @state)
  %number0 = lshr i64 %key, 32
  %number1 = and i64 %key, 4294967295
  br label %part0{"".join(body)}
leave:
  ret void
}}"""


def _loaded(part_words: Sequence[int]) -> str:
    return "\n".join(
        f"  %a{number} = getelementptr i64, ptr %state, i64 {number}\n  %w{number} = load i64, ptr %a{number}"
        for number in range(sum(part_words))
    )


def _add(part_words: Sequence[int]) -> str:
    """Put an initial state into the buffer."""
    return f"""
define dso_local void @add(ptr %state) nounwind {{
  %next = load i64, ptr {at(Register.NEXT)}
  store i64 {NO_PARENT}, ptr {at(Register.NEXT)}
{_loaded(part_words)}
  call void @emit_01(i64 0{"".join(f", i64 %w{number}" for number in range(sum(part_words)))})
  store i64 %next, ptr {at(Register.NEXT)}
  ret void
}}"""


def _key_of(part_words: Sequence[int]) -> str:
    """The key of a state; 0 if one of its parts was never met."""
    lines = []
    for part in (0, 1):
        parameters = [f"i64 %w{number}" for number in _of(part, part_words)]
        sought = ", ".join(["ptr %free", f"i64 %h{part}", *parameters])
        lines += [
            f"  %h{part} = call i64 @hash_{part}({', '.join(parameters)})",
            f"  %n{part} = call i64 @seek_{part}({sought})",
        ]
    return f"""
define dso_local i64 @key_of(ptr %state) nounwind {{
  %free = alloca ptr
{_loaded(part_words)}
{chr(10).join(lines)}
  %upper = shl i64 %n0, 32
  %key = or i64 %upper, %n1
  %no0 = icmp eq i64 %n0, 0
  %no1 = icmp eq i64 %n1, 0
  %no = or i1 %no0, %no1
  %answer = select i1 %no, i64 0, i64 %key
  ret i64 %answer
}}"""
