"""LLVM text that keeps the tables of a search in order: hash tables filled again after they grew, actions
counted, and an index of states by key for those who ask about the graph after the search."""

from __future__ import annotations

from checker.explicit.kernel_pieces import get, hash_function
from checker.explicit.search_memory import ENTRY, NO_PARENT, SETTLED, STEP, Record, Register


def upkeep_text(masks: int) -> str:
    return "\n".join([hash_function(masks), _rebuild(), _reslot(masks), _tally(masks), _index()])


def _rebuild() -> str:
    """Fill an empty table with all states, some hashes ahead of the places they need."""
    return f"""define dso_local void @rebuild(ptr %c) nounwind {{
entry:
{get("count", Register.COUNT)}
{get("table", Register.TABLE, "ptr")}
{get("shift", Register.SHIFT)}
{get("states", Register.STATES, "ptr")}
{get("buffer", Register.BUFFER, "ptr")}
  %bits = sub i64 64, %shift
  %slots = shl i64 1, %bits
  %mask = sub i64 %slots, 1
  br label %block
block:
  %from = phi i64 [0, %entry], [%to, %filled]
  %far = add i64 %from, {SETTLED}
  %short = icmp ult i64 %count, %far
  %to = select i1 %short, i64 %count, i64 %far
  %any = icmp ult i64 %from, %to
  br i1 %any, label %ahead, label %leave
ahead:
  %i = phi i64 [%from, %block], [%i1, %ahead]
  %state = getelementptr i64, ptr %states, i64 %i
  %key = load i64, ptr %state
  %h = call i64 @hash_of(ptr %c, i64 %key)
  %home = lshr i64 %h, %shift
  %near = getelementptr i64, ptr %table, i64 %home
  call void @llvm.prefetch.p0(ptr %near, i32 1, i32 3, i32 1)
  %index = sub i64 %i, %from
  %kept = getelementptr i64, ptr %buffer, i64 %index
  store i64 %home, ptr %kept
  %i1 = add i64 %i, 1
  %on = icmp ult i64 %i1, %to
  br i1 %on, label %ahead, label %fill
fill:
  %j = phi i64 [%from, %ahead], [%j1, %store]
  %rest = icmp ult i64 %j, %to
  br i1 %rest, label %body, label %filled
body:
  %again = sub i64 %j, %from
  %start = getelementptr i64, ptr %buffer, i64 %again
  %first = load i64, ptr %start
  %item = getelementptr i64, ptr %states, i64 %j
  %value = load i64, ptr %item
  br label %probe
probe:
  %place = phi i64 [%first, %body], [%following, %other]
  %slot = getelementptr i64, ptr %table, i64 %place
  %found = load i64, ptr %slot
  %empty = icmp eq i64 %found, 0
  br i1 %empty, label %store, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
store:
  store i64 %value, ptr %slot
  %j1 = add i64 %j, 1
  br label %fill
filled:
  br label %block
leave:
  ret void
}}"""


def _reslot(masks: int) -> str:
    """Fill the emptied slots of a part with the numbers of all its values."""
    texts = []
    for part in (0, 1):
        registers = [Register[f"{name}_{part}"] for name in ("HELD", "RECORDS", "SLOTS", "SLOT_MASK")]
        texts.append(f"""
define dso_local void @reslot_{part}(ptr %c) nounwind {{
entry:
{get("held", registers[0])}
{get("records", registers[1], "ptr")}
{get("slots", registers[2], "ptr")}
{get("mask", registers[3])}
  br label %loop
loop:
  %i = phi i64 [1, %entry], [%i1, %store]
  %more = icmp ule i64 %i, %held
  br i1 %more, label %body, label %leave
body:
  %offset = mul i64 %i, {Record.MASKS + masks}
  %record = getelementptr i64, ptr %records, i64 %offset
  %h = load i64, ptr %record
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %body], [%following, %other]
  %slot = getelementptr i32, ptr %slots, i64 %place
  %found = load i32, ptr %slot
  %empty = icmp eq i32 %found, 0
  br i1 %empty, label %store, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
store:
  %short = trunc i64 %i to i32
  store i32 %short, ptr %slot
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret void
}}""")
    return "\n".join(texts)


def _tally(masks: int) -> str:
    """Add to `fired`, by action, what the states expanded since the last time did on their parts' own."""
    parts = []
    for part in (0, 1):
        after = "held1" if part == 0 else "leave"
        parts.append(f"""
held{part}:
  br label %value{part}
value{part}:
  %v{part} = phi i64 [1, %held{part}], [%v{part}.next, %next{part}]
  %any{part} = icmp ule i64 %v{part}, %count{part}
  br i1 %any{part}, label %record{part}, label %{after}
record{part}:
  %o{part} = mul i64 %v{part}, {Record.MASKS + masks}
  %r{part} = getelementptr i64, ptr %records{part}, i64 %o{part}
  %u{part}.at = getelementptr i64, ptr %r{part}, i64 {Record.USES.value}
  %u{part} = load i64, ptr %u{part}.at
  store i64 0, ptr %u{part}.at
  %f{part}.at = getelementptr i64, ptr %r{part}, i64 {Record.FIRST.value}
  %f{part} = load i64, ptr %f{part}.at
  %s{part}.at = getelementptr i64, ptr %r{part}, i64 {Record.STEPS.value}
  %s{part} = load i64, ptr %s{part}.at
  %b{part} = sub i64 %f{part}, 1
  %used{part} = icmp ne i64 %u{part}, 0
  br i1 %used{part}, label %steps{part}, label %next{part}
steps{part}:
  %i{part} = phi i64 [0, %record{part}], [%i{part}.next, %one{part}]
  %more{part} = icmp ult i64 %i{part}, %s{part}
  br i1 %more{part}, label %one{part}, label %next{part}
one{part}:
  %p{part} = add i64 %b{part}, %i{part}
  %w{part} = mul i64 %p{part}, {STEP}
  %q{part}.at = getelementptr i64, ptr %steps, i64 %w{part}
  %q{part} = load i64, ptr %q{part}.at
  %l{part} = lshr i64 %q{part}, %labels
  %a{part} = sub i64 %l{part}, 1
  %t{part} = getelementptr i64, ptr %fired, i64 %a{part}
  %n{part} = load i64, ptr %t{part}
  %n{part}.more = add i64 %n{part}, %u{part}
  store i64 %n{part}.more, ptr %t{part}
  %i{part}.next = add i64 %i{part}, 1
  br label %steps{part}
next{part}:
  %v{part}.next = add i64 %v{part}, 1
  br label %value{part}""")
    return f"""
define dso_local void @tally(ptr %c, ptr %fired, i64 %labels) nounwind {{
entry:
{get("steps", Register.STEPS, "ptr")}
{get("count0", Register.HELD_0)}
{get("count1", Register.HELD_1)}
{get("records0", Register.RECORDS_0, "ptr")}
{get("records1", Register.RECORDS_1, "ptr")}
  br label %held0
{"".join(parts)}
leave:
  ret void
}}"""


def _index() -> str:
    """A second table, from keys to indices of states, for those who ask about the graph after the search."""
    return f"""
define dso_local void @make_index(ptr %c) nounwind {{
entry:
{get("count", Register.COUNT)}
{get("states", Register.STATES, "ptr")}
{get("index", Register.INDEX, "ptr")}
{get("mask", Register.INDEX_MASK)}
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %store]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %body, label %leave
body:
  %state = getelementptr i64, ptr %states, i64 %i
  %key = load i64, ptr %state
  %h = call i64 @hash_of(ptr %c, i64 %key)
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %body], [%following, %other]
  %slot = getelementptr i32, ptr %index, i64 %place
  %found = load i32, ptr %slot
  %empty = icmp eq i32 %found, 0
  br i1 %empty, label %store, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
store:
  %i1 = add i64 %i, 1
  %short = trunc i64 %i1 to i32
  store i32 %short, ptr %slot
  br label %loop
leave:
  ret void
}}

define dso_local i64 @index_of(ptr %c, i64 %key) nounwind {{
entry:
{get("states", Register.STATES, "ptr")}
{get("index", Register.INDEX, "ptr")}
{get("mask", Register.INDEX_MASK)}
  %h = call i64 @hash_of(ptr %c, i64 %key)
  %home = and i64 %h, %mask
  br label %probe
probe:
  %place = phi i64 [%home, %entry], [%following, %other]
  %slot = getelementptr i32, ptr %index, i64 %place
  %short = load i32, ptr %slot
  %empty = icmp eq i32 %short, 0
  br i1 %empty, label %absent, label %compare
compare:
  %found = zext i32 %short to i64
  %number = sub i64 %found, 1
  %state = getelementptr i64, ptr %states, i64 %number
  %old = load i64, ptr %state
  %equal = icmp eq i64 %old, %key
  br i1 %equal, label %leave, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
leave:
  ret i64 %number
absent:
  ret i64 {NO_PARENT}
}}

define dso_local i64 @edges(ptr %c, i64 %index, i64 %most, ptr %targets, ptr %labels) nounwind {{
entry:
  %status = call i64 @again(ptr %c, i64 %index, i64 %most)
{get("n", Register.BUFFERED)}
{get("buffer", Register.BUFFER, "ptr")}
  store i64 0, ptr %n.at
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %one]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %one, label %leave
one:
  %offset = mul i64 %i, {ENTRY}
  %base = getelementptr i64, ptr %buffer, i64 %offset
  %key = load i64, ptr %base
  %target = call i64 @index_of(ptr %c, i64 %key)
  %to = getelementptr i64, ptr %targets, i64 %i
  store i64 %target, ptr %to
  %eo = getelementptr i64, ptr %base, i64 2
  %origin = load i64, ptr %eo
  %label = lshr i64 %origin, 32
  %lo = getelementptr i64, ptr %labels, i64 %i
  store i64 %label, ptr %lo
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret i64 %n
}}

define dso_local i64 @edges_from(ptr %c, i64 %first, i64 %many, i64 %most, ptr %to, ptr %by, ptr %counts) nounwind {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %one]
  %filled = phi i64 [0, %entry], [%filled1, %one]
  %more = icmp ult i64 %i, %many
  br i1 %more, label %room, label %leave
room:
  %fits = call i1 @has_room(ptr %c, i64 %most)
  br i1 %fits, label %one, label %leave
one:
  %index = add i64 %first, %i
  %targets = getelementptr i64, ptr %to, i64 %filled
  %labels = getelementptr i64, ptr %by, i64 %filled
  %n = call i64 @edges(ptr %c, i64 %index, i64 %most, ptr %targets, ptr %labels)
  %place = getelementptr i64, ptr %counts, i64 %i
  store i64 %n, ptr %place
  %filled1 = add i64 %filled, %n
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret i64 %i
}}"""
