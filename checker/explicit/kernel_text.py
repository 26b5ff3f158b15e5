"""The search itself as LLVM text: a hash table of states, a queue that is the list of all states in
the order found, and a loop that Python starts again and again. It stops only between states."""

from __future__ import annotations

from enum import IntEnum

SETTLED = 64  # successors collected before they are looked up, so that memory is fetched ahead


class Status(IntEnum):
    """Why a batch ended."""

    DONE = 0
    PAUSED = 1
    TABLE_FULL = 2
    FAILED = 3
    STATE_LIMIT = 4


class Register(IntEnum):
    """Positions in the global array `context`."""

    STATES = 0  # address: words of every state found
    PARENTS = 1  # address: 32-bit index of each state's predecessor
    TABLE = 2  # address: upper half part of the hash, lower half index + 1
    MASK = 3  # slots of the table - 1
    COUNT = 4
    NEXT = 5  # the state to expand next
    LEVEL_END = 6
    DEPTH = 7
    BUFFERED = 8
    CAPACITY = 9  # states for which there is room
    STATE_LIMIT = 10


NO_PARENT = 0xFFFFFFFF


def kernel_text(words: int, most_successors: int, actions: int, channels: int, groups: int) -> str:
    """The kernel for states of so many words. `groups`: observations by 64."""
    buffered = SETTLED + most_successors + 1
    entry = words + 2  # words, hash, label << 32 | parent
    declarations = f"""
@fired = dso_local global [{max(1, actions)} x i64] zeroinitializer
@overflowed = dso_local global [{max(1, channels)} x i64] zeroinitializer
@largest = dso_local global [{max(1, channels)} x i64] zeroinitializer
@unseen = dso_local global [{max(1, groups)} x i64] zeroinitializer
@sightings = dso_local global [{max(1, groups) * 64} x i64] zeroinitializer
@failed = dso_local global i64 0
@buffer = dso_local global [{buffered * entry} x i64] zeroinitializer
@context = dso_local global [{len(Register)} x i64] zeroinitializer
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare i64 @llvm.cttz.i64(i64, i1)
"""
    return "\n".join([
        declarations, _hash(words), _emit(words, entry), _sight(), _insert(words, entry), _flush(entry),
        _run(words, buffered), _rebuild(words), _add(words), _again(words), _edges(words, entry),
    ])  # fmt: skip


def _at(register: Register) -> str:
    return f"getelementptr (i64, ptr @context, i64 {register.value})"


def _words(count: int, type_only: bool = False) -> str:
    return ", ".join("i64" if type_only else f"i64 %w{number}" for number in range(count))


def _loaded(base: str, words: int) -> str:
    lines = []
    for number in range(words):
        lines.append(f"  %a{number} = getelementptr i64, ptr {base}, i64 {number}")
        lines.append(f"  %w{number} = load i64, ptr %a{number}")
    return "\n".join(lines)


def _hash(words: int) -> str:
    lines = [f"define internal fastcc i64 @hash({_words(words)}) nounwind alwaysinline {{"]
    last = "7046029254386353131"
    for number in range(words):
        lines += [
            f"  %x{number} = xor i64 %w{number}, {last}",
            f"  %m{number} = mul i64 %x{number}, -7046029254386353131",
            f"  %s{number} = lshr i64 %m{number}, 32",
            f"  %h{number} = xor i64 %m{number}, %s{number}",
        ]
        last = f"%h{number}"
    lines += [f"  %p = mul i64 {last}, -4417276706812531889", "  %q = lshr i64 %p, 29", "  %r = xor i64 %p, %q",
              "  ret i64 %r", "}"]  # fmt: skip
    return "\n".join(lines)


def _emit(words: int, entry: int) -> str:
    """Put a successor into the buffer and fetch its place in the table ahead."""
    stores = "\n".join(
        f"  %e{number} = getelementptr i64, ptr %base, i64 {number}\n  store i64 %w{number}, ptr %e{number}"
        for number in range(words)
    )
    return f"""
define internal fastcc void @emit(i64 %label, {_words(words)}) nounwind {{
  %n = load i64, ptr {_at(Register.BUFFERED)}
  %offset = mul i64 %n, {entry}
  %base = getelementptr i64, ptr @buffer, i64 %offset
{stores}
  %h = call fastcc i64 @hash({_words(words)})
  %eh = getelementptr i64, ptr %base, i64 {words}
  store i64 %h, ptr %eh
  %next = load i64, ptr {_at(Register.NEXT)}
  %high = shl i64 %label, 32
  %origin = or i64 %high, %next
  %eo = getelementptr i64, ptr %base, i64 {words + 1}
  store i64 %origin, ptr %eo
  %table = load ptr, ptr {_at(Register.TABLE)}
  %mask = load i64, ptr {_at(Register.MASK)}
  %place = and i64 %h, %mask
  %slot = getelementptr i64, ptr %table, i64 %place
  call void @llvm.prefetch.p0(ptr %slot, i32 1, i32 3, i32 1)
  %n1 = add i64 %n, 1
  store i64 %n1, ptr {_at(Register.BUFFERED)}
  ret void
}}"""


def _sight() -> str:
    """Record the first sighting of each observation in `seen` that is still unseen."""
    return f"""
define internal fastcc void @sight(i64 %group, i64 %seen, i64 %label) nounwind noinline {{
entry:
  %pu = getelementptr i64, ptr @unseen, i64 %group
  %unseen = load i64, ptr %pu
  %new = and i64 %seen, %unseen
  %left = xor i64 %unseen, %new
  store i64 %left, ptr %pu
  %next = load i64, ptr {_at(Register.NEXT)}
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


def _insert(words: int, entry: int) -> str:
    """Look up entry `i` of the buffer; append it to the states if it is new."""
    compared = []
    for number in range(words):
        compared += [
            f"  %o{number} = getelementptr i64, ptr %old, i64 {number}",
            f"  %c{number} = load i64, ptr %o{number}",
            f"  %d{number} = xor i64 %c{number}, %w{number}",
            f"  %z{number} = or i64 %d{number}, {'0' if number == 0 else f'%z{number - 1}'}",
        ]
    stores = "\n".join(
        f"  %s{number} = getelementptr i64, ptr %new, i64 {number}\n  store i64 %w{number}, ptr %s{number}"
        for number in range(words)
    )
    return f"""
define internal fastcc void @insert(i64 %i) nounwind {{
entry:
  %offset = mul i64 %i, {entry}
  %base = getelementptr i64, ptr @buffer, i64 %offset
{_loaded("%base", words)}
  %eh = getelementptr i64, ptr %base, i64 {words}
  %h = load i64, ptr %eh
  %high = and i64 %h, -4294967296
  %table = load ptr, ptr {_at(Register.TABLE)}
  %mask = load i64, ptr {_at(Register.MASK)}
  %states = load ptr, ptr {_at(Register.STATES)}
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %entry], [%following, %other]
  %slot = getelementptr i64, ptr %table, i64 %place
  %found = load i64, ptr %slot
  %empty = icmp eq i64 %found, 0
  br i1 %empty, label %append, label %occupied
occupied:
  %part = and i64 %found, -4294967296
  %similar = icmp eq i64 %part, %high
  br i1 %similar, label %compare, label %other
compare:
  %low = and i64 %found, 4294967295
  %index = sub i64 %low, 1
  %shift = mul i64 %index, {words}
  %old = getelementptr i64, ptr %states, i64 %shift
{chr(10).join(compared)}
  %equal = icmp eq i64 %z{words - 1}, 0
  br i1 %equal, label %leave, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
append:
  %count = load i64, ptr {_at(Register.COUNT)}
  %count1 = add i64 %count, 1
  store i64 %count1, ptr {_at(Register.COUNT)}
  %content = or i64 %high, %count1
  store i64 %content, ptr %slot
  %target = mul i64 %count, {words}
  %new = getelementptr i64, ptr %states, i64 %target
{stores}
  %eo = getelementptr i64, ptr %base, i64 {words + 1}
  %origin = load i64, ptr %eo
  %parent = trunc i64 %origin to i32
  %parents = load ptr, ptr {_at(Register.PARENTS)}
  %pp = getelementptr i32, ptr %parents, i64 %count
  store i32 %parent, ptr %pp
  br label %leave
leave:
  ret void
}}"""


def _flush(entry: int) -> str:
    """Look up all of the buffer: first fetch the states to compare with, then insert in order."""
    return f"""
define internal fastcc void @flush() nounwind noinline {{
entry:
  %n = load i64, ptr {_at(Register.BUFFERED)}
  %table = load ptr, ptr {_at(Register.TABLE)}
  %mask = load i64, ptr {_at(Register.MASK)}
  %states = load ptr, ptr {_at(Register.STATES)}
  br label %fetch
fetch:
  %i = phi i64 [0, %entry], [%i1, %ahead]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %ahead, label %insert
ahead:
  %offset = mul i64 %i, {entry}
  %last = add i64 %offset, {entry - 2}
  %eh = getelementptr i64, ptr @buffer, i64 %last
  %h = load i64, ptr %eh
  %place = and i64 %h, %mask
  %slot = getelementptr i64, ptr %table, i64 %place
  %found = load i64, ptr %slot
  %index = and i64 %found, 4294967295
  %shift = mul i64 %index, {entry - 2}
  %near = sub i64 %shift, {entry - 2}
  %old = getelementptr i64, ptr %states, i64 %near
  call void @llvm.prefetch.p0(ptr %old, i32 0, i32 3, i32 1)
  %i1 = add i64 %i, 1
  br label %fetch
insert:
  %j = phi i64 [0, %fetch], [%j1, %one]
  %rest = icmp ult i64 %j, %n
  br i1 %rest, label %one, label %leave
one:
  call fastcc void @insert(i64 %j)
  %j1 = add i64 %j, 1
  br label %insert
leave:
  store i64 0, ptr {_at(Register.BUFFERED)}
  ret void
}}"""


def _run(words: int, buffered: int) -> str:
    """Expand at most `budget` states; returns a Status."""
    return f"""
define dso_local i64 @run(i64 %budget) nounwind {{
entry:
  br label %loop
loop:
  %left = phi i64 [%budget, %entry], [%less, %expanded]
  %n = load i64, ptr {_at(Register.BUFFERED)}
  %plenty = icmp uge i64 %n, {SETTLED}
  br i1 %plenty, label %settle, label %level
settle:
  call fastcc void @flush()
  br label %level
level:
  %next = load i64, ptr {_at(Register.NEXT)}
  %end = load i64, ptr {_at(Register.LEVEL_END)}
  %over = icmp eq i64 %next, %end
  br i1 %over, label %deeper, label %check
deeper:
  call fastcc void @flush()
  %count = load i64, ptr {_at(Register.COUNT)}
  store i64 %count, ptr {_at(Register.LEVEL_END)}
  %nothing = icmp eq i64 %count, %next
  br i1 %nothing, label %done, label %one_deeper
one_deeper:
  %depth = load i64, ptr {_at(Register.DEPTH)}
  %depth1 = add i64 %depth, 1
  store i64 %depth1, ptr {_at(Register.DEPTH)}
  br label %check
check:
  %known = load i64, ptr {_at(Register.COUNT)}
  %needed = add i64 %known, {buffered}
  %capacity = load i64, ptr {_at(Register.CAPACITY)}
  %full = icmp ugt i64 %needed, %capacity
  br i1 %full, label %stop_full, label %check_limit
check_limit:
  %limit = load i64, ptr {_at(Register.STATE_LIMIT)}
  %beyond = icmp ugt i64 %known, %limit
  br i1 %beyond, label %stop_limit, label %check_budget
check_budget:
  %spent = icmp eq i64 %left, 0
  br i1 %spent, label %stop_paused, label %expand
expand:
  %states = load ptr, ptr {_at(Register.STATES)}
  %offset = mul i64 %next, {words}
  %state = getelementptr i64, ptr %states, i64 %offset
  call fastcc void @expand(ptr %state)
  %failed = load i64, ptr @failed
  %wrong = icmp ne i64 %failed, 0
  br i1 %wrong, label %stop_failed, label %expanded
expanded:
  %next1 = add i64 %next, 1
  store i64 %next1, ptr {_at(Register.NEXT)}
  %less = sub i64 %left, 1
  br label %loop
done:
  ret i64 {Status.DONE.value}
stop_full:
  call fastcc void @flush()
  ret i64 {Status.TABLE_FULL.value}
stop_limit:
  call fastcc void @flush()
  ret i64 {Status.STATE_LIMIT.value}
stop_paused:
  call fastcc void @flush()
  ret i64 {Status.PAUSED.value}
stop_failed:
  ret i64 {Status.FAILED.value}
}}"""


def _rebuild(words: int) -> str:
    """Fill an empty table with all states."""
    return f"""
define dso_local void @rebuild() nounwind {{
entry:
  %count = load i64, ptr {_at(Register.COUNT)}
  %table = load ptr, ptr {_at(Register.TABLE)}
  %mask = load i64, ptr {_at(Register.MASK)}
  %states = load ptr, ptr {_at(Register.STATES)}
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %store]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %body, label %leave
body:
  %offset = mul i64 %i, {words}
  %base = getelementptr i64, ptr %states, i64 %offset
{_loaded("%base", words)}
  %h = call fastcc i64 @hash({_words(words)})
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %body], [%following, %other]
  %slot = getelementptr i64, ptr %table, i64 %place
  %found = load i64, ptr %slot
  %empty = icmp eq i64 %found, 0
  br i1 %empty, label %store, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
store:
  %high = and i64 %h, -4294967296
  %i1 = add i64 %i, 1
  %content = or i64 %high, %i1
  store i64 %content, ptr %slot
  br label %loop
leave:
  ret void
}}"""


def _add(words: int) -> str:
    """Add an initial state."""
    return f"""
define dso_local void @add(ptr %state) nounwind {{
  store i64 {NO_PARENT}, ptr {_at(Register.NEXT)}
{_loaded("%state", words)}
  call fastcc void @emit(i64 0, {_words(words)})
  call fastcc void @flush()
  store i64 0, ptr {_at(Register.NEXT)}
  ret void
}}"""


def _again(words: int) -> str:
    """Put the successors of state `index` into the emptied buffer, with their labels."""
    return f"""
define dso_local void @again(i64 %index) nounwind {{
  store i64 0, ptr {_at(Register.BUFFERED)}
  %states = load ptr, ptr {_at(Register.STATES)}
  %offset = mul i64 %index, {words}
  %state = getelementptr i64, ptr %states, i64 %offset
  call fastcc void @expand(ptr %state)
  ret void
}}"""


def _edges(words: int, entry: int) -> str:
    """The steps out of state `index`: the index of each successor and its label, in the order found; how many.

    Valid once every successor of the state has been looked up and the buffer is not in use.
    """
    compared = []
    for number in range(words):
        compared += [
            f"  %o{number} = getelementptr i64, ptr %old, i64 {number}",
            f"  %c{number} = load i64, ptr %o{number}",
            f"  %d{number} = xor i64 %c{number}, %w{number}",
            f"  %z{number} = or i64 %d{number}, {'0' if number == 0 else f'%z{number - 1}'}",
        ]
    return f"""
define internal fastcc i64 @lookup({_words(words)}, i64 %h) nounwind {{
entry:
  %high = and i64 %h, -4294967296
  %table = load ptr, ptr {_at(Register.TABLE)}
  %mask = load i64, ptr {_at(Register.MASK)}
  %states = load ptr, ptr {_at(Register.STATES)}
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %entry], [%following, %other]
  %slot = getelementptr i64, ptr %table, i64 %place
  %found = load i64, ptr %slot
  %empty = icmp eq i64 %found, 0
  br i1 %empty, label %absent, label %occupied
occupied:
  %part = and i64 %found, -4294967296
  %similar = icmp eq i64 %part, %high
  br i1 %similar, label %compare, label %other
compare:
  %low = and i64 %found, 4294967295
  %index = sub i64 %low, 1
  %shift = mul i64 %index, {words}
  %old = getelementptr i64, ptr %states, i64 %shift
{chr(10).join(compared)}
  %equal = icmp eq i64 %z{words - 1}, 0
  br i1 %equal, label %leave, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
leave:
  ret i64 %index
absent:
  ret i64 -1
}}

define dso_local i64 @index_of(ptr %state) nounwind {{
{_loaded("%state", words)}
  %h = call fastcc i64 @hash({_words(words)})
  %index = call fastcc i64 @lookup({_words(words)}, i64 %h)
  ret i64 %index
}}

define dso_local i64 @edges(i64 %index, ptr %targets, ptr %labels) nounwind {{
entry:
  call void @again(i64 %index)
  %n = load i64, ptr {_at(Register.BUFFERED)}
  store i64 0, ptr {_at(Register.BUFFERED)}
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %one]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %one, label %leave
one:
  %offset = mul i64 %i, {entry}
  %base = getelementptr i64, ptr @buffer, i64 %offset
{_loaded("%base", words)}
  %eh = getelementptr i64, ptr %base, i64 {words}
  %h = load i64, ptr %eh
  %target = call fastcc i64 @lookup({_words(words)}, i64 %h)
  %to = getelementptr i64, ptr %targets, i64 %i
  store i64 %target, ptr %to
  %eo = getelementptr i64, ptr %base, i64 {words + 1}
  %origin = load i64, ptr %eo
  %label = lshr i64 %origin, 32
  %lo = getelementptr i64, ptr %labels, i64 %i
  store i64 %label, ptr %lo
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret i64 %n
}}"""
