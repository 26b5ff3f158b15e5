"""The search itself as LLVM text: a hash table of keys, a queue that is the list of all states in the
order found, and a loop that Python starts again and again. It stops only between states. It knows
states only as pairs of numbers, so its text is the same for every system (`masks`: joint entries by 64)."""

from __future__ import annotations

from checker.explicit.kernel_pieces import LOW, get, records
from checker.explicit.pipe_text import pipe_text
from checker.explicit.search_memory import ENTRY, SETTLED, STEP, Record, Register, Status
from checker.explicit.upkeep_text import upkeep_text


def kernel_text(masks: int, settle: str | None = None) -> str:
    """settle: another function of this name, that does something else with the buffer."""
    return "\n".join([
        "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)",
        _expand(masks), settle or _settle(), _run(), _again(), upkeep_text(masks), pipe_text(),
    ])  # fmt: skip


def _walk(part: int, before: str, after: str) -> str:
    """Put the steps kept with one part's value into the buffer."""
    key = (
        "  %key0 = shl i64 %q0, 32\n  %new0 = or i64 %key0, %right"
        if part == 0
        else f"  %low1 = and i64 %q1, {LOW}\n  %upper1 = and i64 %key, -{LOW + 1}\n  %new1 = or i64 %upper1, %low1"
    )
    known = "%hb" if part == 0 else "%ha"
    start = "%buffered" if part == 0 else "%n0"
    return f"""
walk{part}:
  %begin{part} = sub i64 %first{part}, 1
  %count{part}.at = getelementptr i64, ptr %{"one" if part == 0 else "other"}, i64 {Record.STEPS.value}
  %count{part} = load i64, ptr %count{part}.at
  %offset{part} = mul i64 %begin{part}, {STEP}
  %list{part} = getelementptr i64, ptr %steps, i64 %offset{part}
  br label %more{part}
more{part}:
  %i{part} = phi i64 [0, %walk{part}], [%i{part}.next, %step{part}]
  %n{part} = phi i64 [{start}, %walk{part}], [%n{part}.next, %step{part}]
  %any{part} = icmp ult i64 %i{part}, %count{part}
  br i1 %any{part}, label %step{part}, label %{after}
step{part}:
  %at{part} = mul i64 %i{part}, {STEP}
  %item{part} = getelementptr i64, ptr %list{part}, i64 %at{part}
  %q{part} = load i64, ptr %item{part}
  %hash{part}.at = getelementptr i64, ptr %item{part}, i64 1
  %hash{part} = load i64, ptr %hash{part}.at
{key}
  %h{part} = xor i64 %hash{part}, {known}
  %label{part} = and i64 %q{part}, -{LOW + 1}
  %origin{part} = or i64 %label{part}, %next
  %place{part} = lshr i64 %h{part}, %shift
  %slot{part} = getelementptr i64, ptr %table, i64 %place{part}
  call void @llvm.prefetch.p0(ptr %slot{part}, i32 1, i32 3, i32 1)
  %entry{part}.offset = mul i64 %n{part}, {ENTRY}
  %entry{part} = getelementptr i64, ptr %buffer, i64 %entry{part}.offset
  store i64 %new{part}, ptr %entry{part}
  %entry{part}.hash = getelementptr i64, ptr %entry{part}, i64 1
  store i64 %h{part}, ptr %entry{part}.hash
  %entry{part}.origin = getelementptr i64, ptr %entry{part}, i64 2
  store i64 %origin{part}, ptr %entry{part}.origin
  %i{part}.next = add i64 %i{part}, 1
  %n{part}.next = add i64 %n{part}, 1
  br label %more{part}"""


def _expand(masks: int) -> str:
    """Put the successors of the state `key` into the buffer; `uses`: 1 to count it. 0, or a Status."""
    joint, last = [], "0"
    for number in range(masks):
        joint += [
            f"  %p{number}.at = getelementptr i64, ptr %one, i64 {Record.MASKS + number}",
            f"  %p{number} = load i64, ptr %p{number}.at",
            f"  %r{number}.at = getelementptr i64, ptr %other, i64 {Record.MASKS + number}",
            f"  %r{number} = load i64, ptr %r{number}.at",
            f"  %l{number}.at = getelementptr i64, ptr %live, i64 {number}",
            f"  %l{number} = load i64, ptr %l{number}.at",
            f"  %b{number} = and i64 %p{number}, %r{number}",
            f"  %m{number} = and i64 %b{number}, %l{number}",
            f"  %j{number} = or i64 %m{number}, {last}",
        ]
        last = f"%j{number}"
    return f"""
define internal i64 @expand(ptr %c, i64 %key, i64 %next, i64 %uses, i64 %most) nounwind {{
entry:
{records(masks)}
  %first0.at = getelementptr i64, ptr %one, i64 {Record.FIRST.value}
  %first1.at = getelementptr i64, ptr %other, i64 {Record.FIRST.value}
  %early0 = load i64, ptr %first0.at
  %early1 = load i64, ptr %first1.at
  %unmet0 = icmp eq i64 %early0, 0
  %unmet1 = icmp eq i64 %early1, 0
  %unmet = or i1 %unmet0, %unmet1
{get("live", Register.LIVE, "ptr")}
{chr(10).join(joint)}
  %jointly = icmp ne i64 {last}, 0
  %slow = or i1 %unmet, %jointly
  br i1 %slow, label %room, label %met
room:
  %enough = call i1 @has_room(ptr %c, i64 %most)
  br i1 %enough, label %maybe, label %full
maybe:
  br i1 %unmet, label %meet, label %met
meet:
{get("meeting", Register.MEET, "ptr")}
  call void %meeting(i64 %key)
  %known0 = load i64, ptr %first0.at
  %known1 = load i64, ptr %first1.at
  %lost0 = icmp eq i64 %known0, 0
  %lost1 = icmp eq i64 %known1, 0
  %lost = or i1 %lost0, %lost1
  br i1 %lost, label %failed, label %met
met:
  %first0 = phi i64 [%early0, %entry], [%early0, %maybe], [%known0, %meet]
  %first1 = phi i64 [%early1, %entry], [%early1, %maybe], [%known1, %meet]
  %u0.at = getelementptr i64, ptr %one, i64 {Record.USES.value}
  %u1.at = getelementptr i64, ptr %other, i64 {Record.USES.value}
  %u0 = load i64, ptr %u0.at
  %u0.more = add i64 %u0, %uses
  store i64 %u0.more, ptr %u0.at
  %u1 = load i64, ptr %u1.at
  %u1.more = add i64 %u1, %uses
  store i64 %u1.more, ptr %u1.at
{get("buffered", Register.BUFFERED)}
{get("buffer", Register.BUFFER, "ptr")}
{get("steps", Register.STEPS, "ptr")}
{get("table", Register.TABLE, "ptr")}
{get("shift", Register.SHIFT)}
  br label %walk0
{_walk(0, "buffered", "walk1")}
{_walk(1, "n0", "walked")}
walked:
  store i64 %n1, ptr %buffered.at
  br i1 %unmet, label %together, label %asked
asked:
  br i1 %jointly, label %together, label %leave
together:
{get("joint", Register.JOINT, "ptr")}
  %fine = call i64 %joint(i64 %key)
  ret i64 %fine
leave:
  ret i64 0
failed:
  ret i64 {Status.FAILED.value}
full:
  ret i64 {Status.PARTS_FULL.value}
}}

define internal i1 @has_room(ptr %c, i64 %most) nounwind noinline {{
{get("held0", Register.HELD_0)}
{get("held1", Register.HELD_1)}
{get("room0", Register.ROOM_0)}
{get("room1", Register.ROOM_1)}
{get("used", Register.STEPS_USED)}
{get("room2", Register.STEPS_ROOM)}
  %need0 = add i64 %held0, %most
  %need1 = add i64 %held1, %most
  %need2 = add i64 %used, %most
  %fits0 = icmp ule i64 %need0, %room0
  %fits1 = icmp ule i64 %need1, %room1
  %fits2 = icmp ule i64 %need2, %room2
  %fits01 = and i1 %fits0, %fits1
  %fits = and i1 %fits01, %fits2
  ret i1 %fits
}}"""


def _settle() -> str:
    """Look up all of the buffer in order; what is new is appended to the states. First rename, if asked to."""
    return f"""
define dso_local void @settle(ptr %c) nounwind noinline {{
entry:
{get("rename", Register.RENAME, "ptr")}
  %plain = icmp eq ptr %rename, null
  br i1 %plain, label %start, label %renamed
renamed:
  call void %rename()
  br label %start
start:
{get("n", Register.BUFFERED)}
{get("buffer", Register.BUFFER, "ptr")}
{get("table", Register.TABLE, "ptr")}
{get("shift", Register.SHIFT)}
{get("states", Register.STATES, "ptr")}
{get("parents", Register.PARENTS, "ptr")}
{get("count", Register.COUNT)}
  %bits = sub i64 64, %shift
  %slots = shl i64 1, %bits
  %mask = sub i64 %slots, 1
  br label %loop
loop:
  %i = phi i64 [0, %start], [%i1, %done]
  %known = phi i64 [%count, %start], [%known1, %done]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %leave
body:
  %offset = mul i64 %i, {ENTRY}
  %base = getelementptr i64, ptr %buffer, i64 %offset
  %key = load i64, ptr %base
  %eh = getelementptr i64, ptr %base, i64 1
  %h = load i64, ptr %eh
  %home = lshr i64 %h, %shift
  br label %probe
probe:
  %place = phi i64 [%home, %body], [%following, %other]
  %slot = getelementptr i64, ptr %table, i64 %place
  %found = load i64, ptr %slot
  %same = icmp eq i64 %found, %key
  br i1 %same, label %done, label %differs
differs:
  %empty = icmp eq i64 %found, 0
  br i1 %empty, label %append, label %other
other:
  %step = add i64 %place, 1
  %following = and i64 %step, %mask
  br label %probe
append:
  store i64 %key, ptr %slot
  %ps = getelementptr i64, ptr %states, i64 %known
  store i64 %key, ptr %ps
  %eo = getelementptr i64, ptr %base, i64 2
  %origin = load i64, ptr %eo
  %parent = trunc i64 %origin to i32
  %pp = getelementptr i32, ptr %parents, i64 %known
  store i32 %parent, ptr %pp
  %grown = add i64 %known, 1
  br label %done
done:
  %known1 = phi i64 [%known, %probe], [%grown, %append]
  %i1 = add i64 %i, 1
  br label %loop
leave:
  store i64 %known, ptr %count.at
  store i64 0, ptr %n.at
  ret void
}}"""


def _run() -> str:
    """Expand at most `budget` states, each with at most `most` successors; returns a Status."""
    return f"""
define dso_local i64 @run(ptr %c, i64 %budget, i64 %most) nounwind {{
entry:
{get("n", Register.BUFFERED)}
{get("next", Register.NEXT)}
{get("end", Register.LEVEL_END)}
{get("count", Register.COUNT)}
{get("capacity", Register.CAPACITY)}
{get("limit", Register.STATE_LIMIT)}
{get("depth", Register.DEPTH)}
{get("states", Register.STATES, "ptr")}
{get("weigh", Register.WEIGH, "ptr")}
  %single = icmp eq ptr %weigh, null
  %margin = add i64 %most, {SETTLED}
  br label %loop
loop:
  %left = phi i64 [%budget, %entry], [%less, %expanded]
  %here = phi i64 [%next, %entry], [%here1, %expanded]
  %border = phi i64 [%end, %entry], [%border2, %expanded]
  %waiting = load i64, ptr %n.at
  %plenty = icmp uge i64 %waiting, {SETTLED}
  br i1 %plenty, label %flush, label %level
flush:
  call void @settle(ptr %c)
  br label %level
level:
  %over = icmp eq i64 %here, %border
  br i1 %over, label %deeper, label %check
deeper:
  call void @settle(ptr %c)
  %found = load i64, ptr %count.at
  store i64 %found, ptr %end.at
  %nothing = icmp eq i64 %found, %here
  br i1 %nothing, label %done, label %one_deeper
one_deeper:
  %d = load i64, ptr %depth.at
  %d1 = add i64 %d, 1
  store i64 %d1, ptr %depth.at
  br label %check
check:
  %border2 = phi i64 [%border, %level], [%found, %one_deeper]
  %known = load i64, ptr %count.at
  %needed = add i64 %known, %margin
  %full = icmp ugt i64 %needed, %capacity
  %beyond = icmp ugt i64 %known, %limit
  %spent = icmp eq i64 %left, 0
  %stop0 = or i1 %full, %beyond
  %stop = or i1 %stop0, %spent
  br i1 %stop, label %stopped, label %expand
expand:
  %state = getelementptr i64, ptr %states, i64 %here
  %key = load i64, ptr %state
  br i1 %single, label %count_it, label %weigh_it
weigh_it:
  %orbit = call i64 %weigh(i64 %key)
  br label %count_it
count_it:
  %uses = phi i64 [1, %expand], [%orbit, %weigh_it]
  %status = call i64 @expand(ptr %c, i64 %key, i64 %here, i64 %uses, i64 %most)
  %fine = icmp eq i64 %status, 0
  br i1 %fine, label %expanded, label %trouble
expanded:
  %here1 = add i64 %here, 1
  store i64 %here1, ptr %next.at
  %less = sub i64 %left, 1
  br label %loop
done:
  ret i64 {Status.DONE.value}
trouble:
  %broken = icmp eq i64 %status, {Status.FAILED.value}
  br i1 %broken, label %give, label %tidy
tidy:
  call void @settle(ptr %c)
  br label %give
give:
  ret i64 %status
stopped:
  call void @settle(ptr %c)
  %why0 = select i1 %beyond, i64 {Status.STATE_LIMIT.value}, i64 {Status.PAUSED.value}
  %why = select i1 %full, i64 {Status.TABLE_FULL.value}, i64 %why0
  ret i64 %why
}}"""


def _again() -> str:
    """Put the successors of state `index` into the emptied buffer, with their labels, counting nothing kept."""
    return f"""
define dso_local i64 @again(ptr %c, i64 %index, i64 %most) nounwind {{
{get("n", Register.BUFFERED)}
{get("states", Register.STATES, "ptr")}
  store i64 0, ptr %n.at
  %state = getelementptr i64, ptr %states, i64 %index
  %key = load i64, ptr %state
  %status = call i64 @expand(ptr %c, i64 %key, i64 %index, i64 0, i64 %most)
  ret i64 %status
}}"""
