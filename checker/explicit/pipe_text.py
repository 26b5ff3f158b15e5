"""LLVM text of a search on two processors: one expands states, the other looks their successors up.
Full buffers go from one to the other through a ring, in order; so what comes out, and in which order, is
what one processor alone would find. Between batches the ring is empty."""

from __future__ import annotations

from enum import IntEnum

from checker.explicit.kernel_pieces import get
from checker.explicit.search_memory import ENTRY, Register, Status

RING = 4  # buffers
FULL = 8192  # entries after which a buffer is handed over
AHEAD = 24  # places of the table fetched before they are needed
PATIENCE = 200  # looks at a counter before the processor is given to somebody else


class Pipe(IntEnum):
    """Positions in the memory that both share; each counter has cache lines of its own."""

    FILLED = 0  # buffers handed over so far
    EMPTIED = 16  # buffers looked up so far
    STOP = 32
    YIELD = 48  # address of a function: give the processor to somebody else
    TABLES = 49  # address: the registers of the one who looks up
    SIZES = 50  # entries of each buffer of the ring
    BUFFERS = 54  # their addresses
    END = 64


def pipe_text() -> str:
    """What belongs into the module of the kernel."""
    return "\n".join([_waiting(), _take(), _consume(), _hand_over(), _run()])


def _at(name: str, place: int) -> str:
    return f"  %{name}.at = getelementptr i64, ptr %p, i64 {place}"


def _waiting() -> str:
    """Wait until the counter at `place` is at least `least`, or STOP is set."""
    return f"""
define internal void @wait(ptr %p, ptr %place, i64 %least) nounwind noinline {{
entry:
{_at("stop", Pipe.STOP)}
{_at("yield", Pipe.YIELD)}
  br label %look
look:
  %tries = phi i64 [0, %entry], [%tries1, %again], [0, %rest]
  %seen = load atomic i64, ptr %place acquire, align 8
  %reached = icmp uge i64 %seen, %least
  br i1 %reached, label %leave, label %stopped
stopped:
  %end = load atomic i64, ptr %stop.at acquire, align 8
  %over = icmp ne i64 %end, 0
  br i1 %over, label %leave, label %again
again:
  %tries1 = add i64 %tries, 1
  %tired = icmp ugt i64 %tries1, {PATIENCE}
  br i1 %tired, label %rest, label %look
rest:
  %yield = load ptr, ptr %yield.at
  %ignored = call i32 %yield()
  br label %look
leave:
  ret void
}}"""


def _take() -> str:
    """Look up a whole buffer, with places fetched ahead; the registers are of the one who looks up."""
    return f"""
define internal void @take(ptr %c, ptr %buffer, i64 %n) nounwind noinline {{
entry:
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
  %i = phi i64 [0, %entry], [%i1, %done]
  %known = phi i64 [%count, %entry], [%known1, %done]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %leave
body:
  %base.i = mul i64 %i, {ENTRY}
  %base = getelementptr i64, ptr %buffer, i64 %base.i
  %later = getelementptr i64, ptr %base, i64 {AHEAD * ENTRY + 1}
  %later.h = load i64, ptr %later
  %later.place = lshr i64 %later.h, %shift
  %later.slot = getelementptr i64, ptr %table, i64 %later.place
  call void @llvm.prefetch.p0(ptr %later.slot, i32 1, i32 3, i32 1)
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
  ret void
}}"""


def _consume() -> str:
    """Look up buffers until STOP is set; one processor runs this while the other runs `run_piped`."""
    return f"""
define dso_local void @consume(ptr %p) nounwind {{
entry:
{_at("filled", Pipe.FILLED)}
{_at("emptied", Pipe.EMPTIED)}
{_at("tables", Pipe.TABLES)}
  %c = load ptr, ptr %tables.at
  %first = load i64, ptr %emptied.at
  br label %loop
loop:
  %number = phi i64 [%first, %entry], [%next, %work]
  %next = add i64 %number, 1
  call void @wait(ptr %p, ptr %filled.at, i64 %next)
  %there = load atomic i64, ptr %filled.at acquire, align 8
  %any = icmp uge i64 %there, %next
  br i1 %any, label %work, label %leave
work:
  %place = urem i64 %number, {RING}
  %size.place = add i64 %place, {Pipe.SIZES.value}
  %size.at = getelementptr i64, ptr %p, i64 %size.place
  %size = load i64, ptr %size.at
  %buffer.place = add i64 %place, {Pipe.BUFFERS.value}
  %buffer.at = getelementptr i64, ptr %p, i64 %buffer.place
  %buffer = load ptr, ptr %buffer.at
  call void @take(ptr %c, ptr %buffer, i64 %size)
  store atomic i64 %next, ptr %emptied.at release, align 8
  br label %loop
leave:
  ret void
}}"""


def _hand_over() -> str:
    """Give the buffer to the other processor and go on with the next one of the ring. `drain`: all is looked up."""
    return f"""
define internal void @hand_over(ptr %c, ptr %p) nounwind noinline {{
{get("n", Register.BUFFERED)}
{get("buffer", Register.BUFFER, "ptr")}
{_at("filled", Pipe.FILLED)}
{_at("emptied", Pipe.EMPTIED)}
  %number = load i64, ptr %filled.at
  %place = urem i64 %number, {RING}
  %size.place = add i64 %place, {Pipe.SIZES.value}
  %size.at = getelementptr i64, ptr %p, i64 %size.place
  store i64 %n, ptr %size.at
  %next = add i64 %number, 1
  store atomic i64 %next, ptr %filled.at release, align 8
  %free = sub i64 %next, {RING - 1}
  %early = icmp ult i64 %next, {RING - 1}
  %least = select i1 %early, i64 0, i64 %free
  call void @wait(ptr %p, ptr %emptied.at, i64 %least)
  %following = urem i64 %next, {RING}
  %buffer.place = add i64 %following, {Pipe.BUFFERS.value}
  %other.at = getelementptr i64, ptr %p, i64 %buffer.place
  %other = load ptr, ptr %other.at
  store ptr %other, ptr %buffer.at
  store i64 0, ptr %n.at
  ret void
}}

define internal i64 @drain(ptr %c, ptr %p) nounwind noinline {{
  call void @hand_over(ptr %c, ptr %p)
{_at("filled", Pipe.FILLED)}
{_at("emptied", Pipe.EMPTIED)}
{_at("tables", Pipe.TABLES)}
  %all = load i64, ptr %filled.at
  call void @wait(ptr %p, ptr %emptied.at, i64 %all)
  %other = load ptr, ptr %tables.at
  %theirs = getelementptr i64, ptr %other, i64 {Register.COUNT.value}
  %count = load i64, ptr %theirs
  %mine = getelementptr i64, ptr %c, i64 {Register.COUNT.value}
  store i64 %count, ptr %mine
  ret i64 %count
}}"""


def _run() -> str:
    """Like `run`, without a limit of states: `sent` entries since the last drain are at most so many new states."""
    return f"""
define dso_local i64 @run_piped(ptr %c, ptr %p, i64 %budget, i64 %most) nounwind {{
entry:
{get("n", Register.BUFFERED)}
{get("next", Register.NEXT)}
{get("end", Register.LEVEL_END)}
{get("count", Register.COUNT)}
{get("capacity", Register.CAPACITY)}
{get("depth", Register.DEPTH)}
{get("states", Register.STATES, "ptr")}
  br label %loop
loop:
  %left = phi i64 [%budget, %entry], [%less, %expanded]
  %here = phi i64 [%next, %entry], [%here1, %expanded]
  %border = phi i64 [%end, %entry], [%border4, %expanded]
  %known = phi i64 [%count, %entry], [%known4, %expanded]
  %sent = phi i64 [0, %entry], [%sent4, %expanded]
  %waiting = load i64, ptr %n.at
  %plenty = icmp uge i64 %waiting, {FULL}
  br i1 %plenty, label %give, label %level
give:
  call void @hand_over(ptr %c, ptr %p)
  %sent1 = add i64 %sent, %waiting
  br label %level
level:
  %sent2 = phi i64 [%sent, %loop], [%sent1, %give]
  %over = icmp eq i64 %here, %border
  br i1 %over, label %deeper, label %check
deeper:
  %found = call i64 @drain(ptr %c, ptr %p)
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
  %known2 = phi i64 [%known, %level], [%found, %one_deeper]
  %sent3 = phi i64 [%sent2, %level], [0, %one_deeper]
  %held = load i64, ptr %n.at
  %perhaps0 = add i64 %known2, %sent3
  %perhaps1 = add i64 %perhaps0, %held
  %perhaps = add i64 %perhaps1, %most
  %tight = icmp ugt i64 %perhaps, %capacity
  br i1 %tight, label %count_exactly, label %budget_left
count_exactly:
  %exact = call i64 @drain(ptr %c, ptr %p)
  %needed = add i64 %exact, %most
  %full = icmp ugt i64 %needed, %capacity
  br i1 %full, label %no_room, label %budget_left
budget_left:
  %known4 = phi i64 [%known2, %check], [%exact, %count_exactly]
  %sent4 = phi i64 [%sent3, %check], [0, %count_exactly]
  %border4 = phi i64 [%border2, %check], [%border2, %count_exactly]
  %spent = icmp eq i64 %left, 0
  br i1 %spent, label %paused, label %expand
expand:
  %state = getelementptr i64, ptr %states, i64 %here
  %key = load i64, ptr %state
  %status = call i64 @expand(ptr %c, i64 %key, i64 %here, i64 1, i64 %most)
  %fine = icmp eq i64 %status, 0
  br i1 %fine, label %expanded, label %trouble
expanded:
  %here1 = add i64 %here, 1
  store i64 %here1, ptr %next.at
  %less = sub i64 %left, 1
  br label %loop
done:
  ret i64 {Status.DONE.value}
no_room:
  ret i64 {Status.TABLE_FULL.value}
paused:
  %ignored = call i64 @drain(ptr %c, ptr %p)
  ret i64 {Status.PAUSED.value}
trouble:
  %last = call i64 @drain(ptr %c, ptr %p)
  ret i64 %status
}}"""
