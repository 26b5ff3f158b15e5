"""LLVM text of a run that goes round a loop of steps again and again, until a state comes back. It knows
states as pairs of numbers, as the search does; what to look for at each step stands in the `Lap` it is given."""

from __future__ import annotations

from enum import IntEnum

from checker.explicit.action_code import POSITION_BITS
from checker.explicit.kernel_pieces import get
from checker.explicit.search_memory import ENTRY, Register


class Lap(IntEnum):
    """Positions in the record of a run. A turn is one time round the loop."""

    KEY = 0  # of the state reached
    STEP = 1  # the step to take next, from 0 on
    STEPS = 2  # in the loop
    TURN = 3  # turns completed
    KEPT = 4  # key of the state at the start of a turn, that is waited for
    SINCE = 5  # turns completed since then
    PATIENCE = 6  # turns to wait for it; then another state is kept, twice as long
    EVERYWHERE = 7  # bits of what was possible in every state since then
    SOMEWHERE = 8  # bits of what was possible in some state since then
    TAKEN = 9  # bits of what the steps taken since then were
    WANTED = 10  # address: label of each step
    EXPECTED = 11  # address: words of the state after each step, those bits that stay the same in every turn
    SAME = 12  # address: words: which bits those are
    WORDS = 13  # of a state
    BITS = 14  # address: of each action its bits, and its bits where it takes a copy
    COPIES = 15  # address: by label, word and bit of the copy mark of the message taken: 64 * word + bit + 1, or 0
    BEFORE = 16  # address: room for the words of a state
    AFTER = 17  # address: room for the words of another
    AGAIN = 18  # address of a function: the steps out of a state
    WRITE_OUT = 19  # address of a function: the words of a state


class Ended(IntEnum):
    """Why a run paused."""

    CAME_BACK = 0
    IMPOSSIBLE = 1  # the step to take next
    PAUSED = 2
    STOPPED = 3  # plus the Status of the function `again`


def lap_text() -> str:
    """`go_round(context, lap, budget, most successors)`: at most `budget` steps; an Ended."""
    read = "\n".join(get(name.lower(), Lap[name], kind, of="lap") for name, kind in (
        ("STEPS", "i64"), ("WANTED", "ptr"), ("EXPECTED", "ptr"), ("SAME", "ptr"), ("WORDS", "i64"), ("BITS", "ptr"),
        ("COPIES", "ptr"), ("BEFORE", "ptr"), ("AFTER", "ptr"), ("AGAIN", "ptr"), ("WRITE_OUT", "ptr"),
        ("KEY", "i64"), ("STEP", "i64"), ("TURN", "i64"), ("KEPT", "i64"), ("SINCE", "i64"), ("PATIENCE", "i64"),
        ("EVERYWHERE", "i64"), ("SOMEWHERE", "i64"), ("TAKEN", "i64"),
    ))  # fmt: skip
    return f"""
define dso_local i64 @go_round(ptr %c, ptr %lap, i64 %budget, i64 %most) nounwind {{
entry:
{read}
{get("states", Register.STATES, "ptr")}
  br label %loop
loop:
  %left = phi i64 [%budget, %entry], [%less, %on]
  %spent = icmp eq i64 %left, 0
  br i1 %spent, label %paused, label %look
look:
  %here = load i64, ptr %key.at
  %number = load i64, ptr %step.at
  store i64 %here, ptr %states
  %status = call i64 %again(ptr %c, i64 0, i64 %most)
  %fine = icmp eq i64 %status, 0
  br i1 %fine, label %known, label %stopped
known:
  call void %write_out(i64 %here, ptr %before)
  %wanted.place = getelementptr i64, ptr %wanted, i64 %number
  %label.wanted = load i64, ptr %wanted.place
  %action.wanted = lshr i64 %label.wanted, {POSITION_BITS}
  %row = mul i64 %number, %words
  %after.wanted = getelementptr i64, ptr %expected, i64 %row
{get("count", Register.BUFFERED)}
{get("buffer", Register.BUFFER, "ptr")}
  store i64 0, ptr %count.at
  br label %entries
entries:
  %i = phi i64 [0, %known], [%i1, %judged]
  %possible = phi i64 [0, %known], [%possible1, %judged]
  %found = phi i64 [0, %known], [%found1, %judged]
  %as = phi i64 [0, %known], [%as1, %judged]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %entry.at, label %chosen
entry.at:
  %offset = mul i64 %i, {ENTRY}
  %item = getelementptr i64, ptr %buffer, i64 %offset
  %next = load i64, ptr %item
  %origin.at = getelementptr i64, ptr %item, i64 2
  %origin = load i64, ptr %origin.at
  %label = lshr i64 %origin, 32
  %action = lshr i64 %label, {POSITION_BITS}
  %mark.at = getelementptr i64, ptr %copies, i64 %label
  %mark = load i64, ptr %mark.at
  %unmarked = icmp eq i64 %mark, 0
  br i1 %unmarked, label %original, label %marked
marked:
  %place = sub i64 %mark, 1
  %word = lshr i64 %place, 6
  %bit = and i64 %place, 63
  %word.at = getelementptr i64, ptr %before, i64 %word
  %content = load i64, ptr %word.at
  %shifted = lshr i64 %content, %bit
  %copy = and i64 %shifted, 1
  br label %original
original:
  %which = phi i64 [0, %entry.at], [%copy, %marked]
  %index = sub i64 %action, 1
  %double = shl i64 %index, 1
  %column = or i64 %double, %which
  %bits.at.action = getelementptr i64, ptr %bits, i64 %column
  %own = load i64, ptr %bits.at.action
  %possible1 = or i64 %possible, %own
  %suits = icmp eq i64 %action, %action.wanted
  br i1 %suits, label %compare, label %judged
compare:
  call void %write_out(i64 %next, ptr %after)
  br label %word.by.word
word.by.word:
  %w = phi i64 [0, %compare], [%w1, %same.word]
  %in = icmp ult i64 %w, %words
  br i1 %in, label %one.word, label %equal
one.word:
  %got.at = getelementptr i64, ptr %after, i64 %w
  %got = load i64, ptr %got.at
  %mask.at = getelementptr i64, ptr %same, i64 %w
  %mask = load i64, ptr %mask.at
  %part = and i64 %got, %mask
  %due.at = getelementptr i64, ptr %after.wanted, i64 %w
  %due = load i64, ptr %due.at
  %alike = icmp eq i64 %part, %due
  br i1 %alike, label %same.word, label %judged
same.word:
  %w1 = add i64 %w, 1
  br label %word.by.word
equal:
  %first = icmp eq i64 %found, 0
  %exact = icmp eq i64 %label, %label.wanted
  %better = or i1 %first, %exact
  br i1 %better, label %take, label %judged
take:
  br label %judged
judged:
  %found1 = phi i64 [%found, %original], [%found, %one.word], [%found, %equal], [%next, %take]
  %as1 = phi i64 [%as, %original], [%as, %one.word], [%as, %equal], [%own, %take]
  %i1 = add i64 %i, 1
  br label %entries
chosen:
  %everywhere0 = load i64, ptr %everywhere.at
  %everywhere1 = and i64 %everywhere0, %possible
  store i64 %everywhere1, ptr %everywhere.at
  %somewhere0 = load i64, ptr %somewhere.at
  %somewhere1 = or i64 %somewhere0, %possible
  store i64 %somewhere1, ptr %somewhere.at
  %none = icmp eq i64 %found, 0
  br i1 %none, label %impossible, label %go
go:
  %taken0 = load i64, ptr %taken.at
  %taken1 = or i64 %taken0, %as
  store i64 %taken1, ptr %taken.at
  store i64 %found, ptr %key.at
  %number1 = add i64 %number, 1
  %round = icmp eq i64 %number1, %steps
  br i1 %round, label %turned, label %straight
straight:
  store i64 %number1, ptr %step.at
  br label %on
turned:
  store i64 0, ptr %step.at
  %turn0 = load i64, ptr %turn.at
  %turn1 = add i64 %turn0, 1
  store i64 %turn1, ptr %turn.at
  %kept0 = load i64, ptr %kept.at
  %back = icmp eq i64 %found, %kept0
  br i1 %back, label %came_back, label %waiting
waiting:
  %since0 = load i64, ptr %since.at
  %since1 = add i64 %since0, 1
  store i64 %since1, ptr %since.at
  %patience0 = load i64, ptr %patience.at
  %over = icmp uge i64 %since1, %patience0
  br i1 %over, label %keep, label %on
keep:
  %patience1 = shl i64 %patience0, 1
  store i64 %patience1, ptr %patience.at
  store i64 %found, ptr %kept.at
  store i64 0, ptr %since.at
  store i64 -1, ptr %everywhere.at
  store i64 0, ptr %somewhere.at
  store i64 0, ptr %taken.at
  br label %on
on:
  %less = sub i64 %left, 1
  br label %loop
came_back:
  ret i64 {Ended.CAME_BACK.value}
impossible:
  ret i64 {Ended.IMPOSSIBLE.value}
paused:
  ret i64 {Ended.PAUSED.value}
stopped:
  %why = add i64 %status, {Ended.STOPPED.value}
  ret i64 %why
}}"""
