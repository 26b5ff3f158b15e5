"""What a worker adds to the explicit engine's kernel, as LLVM text: successors that others own go into
outboxes instead of its table, and what others sent is taken in with the sender's number."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from checker.explicit.kernel import Kernel
from checker.explicit.kernel_pieces import LOW, get
from checker.explicit.search_memory import ENTRY, SETTLED, Register, at


class Post(IntEnum):
    """Positions in the global array `post` of the kernel."""

    WORKERS = 0
    SELF = 1
    MODE = 2
    SENDER = 3  # whose successors are looked up
    SENDERS = 4  # address: 16-bit number of the worker that has each state's predecessor
    OUTBOXES = 5  # address: address of the outbox for each worker
    FILLED = 6  # address: entries in each outbox
    FULLEST = 7  # the most entries in one outbox
    CACHE = 8  # address: keys sent lately, so that they are not sent again at once
    CACHE_MASK = 9
    STRAYS = 10  # entries taken in although another worker owns them
    WRITE_OUT = 11  # address of a function: the words of a key


class Mode(IntEnum):
    """What becomes of a state that another worker owns."""

    SEND = 0
    REFUSE = 1  # it was sent here: a stray
    LEAVE = 2  # an initial state: its owner has it too


def entry_words(words: int) -> int:
    """Of a successor in an outbox: the state, and label << 32 | index of its predecessor."""
    return words + 1


class WorkerKernel(Kernel):
    """The explicit engine's search with successors sorted by owner. post: see `Post`."""

    def __init__(self, masks: int, words: int) -> None:
        super().__init__(masks, _sorting(words))
        self.optimise()
        self.post = self._code.numbers("post", len(Post))
        self.settle_address = self._code.address("settle")


def _post(name: str, place: Post, kind: str = "i64") -> str:
    return f"""  %{name}.at = getelementptr i64, ptr @post, i64 {place.value}
  %{name} = load {kind}, ptr %{name}.at"""


def _sorting(words: int) -> str:
    """Look up those of the buffer that are this worker's, in order; put the others into outboxes. Which
    worker owns a state is its hash mixed once more: owners say nothing about places in the table."""
    return f"""
@post = dso_local global [{len(Post)} x i64] zeroinitializer

define dso_local void @settle(ptr %c) nounwind noinline {{
entry:
{get("n", Register.BUFFERED)}
{get("buffer", Register.BUFFER, "ptr")}
{get("table", Register.TABLE, "ptr")}
{get("shift", Register.SHIFT)}
{get("states", Register.STATES, "ptr")}
{get("parents", Register.PARENTS, "ptr")}
{get("count", Register.COUNT)}
{_post("workers", Post.WORKERS)}
{_post("self", Post.SELF)}
{_post("sender", Post.SENDER)}
{_post("senders", Post.SENDERS, "ptr")}
{_post("cache", Post.CACHE, "ptr")}
{_post("cache_mask", Post.CACHE_MASK)}
{_post("outboxes", Post.OUTBOXES, "ptr")}
{_post("filled", Post.FILLED, "ptr")}
{_post("write_out", Post.WRITE_OUT, "ptr")}
{_post("mode", Post.MODE)}
  %sender16 = trunc i64 %sender to i16
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
  %offset = mul i64 %i, {ENTRY}
  %base = getelementptr i64, ptr %buffer, i64 %offset
  %key = load i64, ptr %base
  %eh = getelementptr i64, ptr %base, i64 1
  %h = load i64, ptr %eh
  %eo = getelementptr i64, ptr %base, i64 2
  %origin = load i64, ptr %eo
  %mixed0 = lshr i64 %h, 31
  %mixed1 = xor i64 %h, %mixed0
  %mixed2 = mul i64 %mixed1, -7723592293110705685
  %mixed3 = lshr i64 %mixed2, 32
  %mixed4 = mul i64 %mixed3, %workers
  %owner = lshr i64 %mixed4, 32
  %mine = icmp eq i64 %owner, %self
  br i1 %mine, label %own, label %foreign
own:
  %home = lshr i64 %h, %shift
  br label %probe
probe:
  %place = phi i64 [%home, %own], [%following, %other]
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
  %parent = trunc i64 %origin to i32
  %pp = getelementptr i32, ptr %parents, i64 %known
  store i32 %parent, ptr %pp
  %pw = getelementptr i16, ptr %senders, i64 %known
  store i16 %sender16, ptr %pw
  %grown = add i64 %known, 1
  br label %done
foreign:
  %sending = icmp eq i64 %mode, {Mode.SEND.value}
  br i1 %sending, label %lately, label %refuse
refuse:
  %stray = icmp eq i64 %mode, {Mode.REFUSE.value}
  %one = zext i1 %stray to i64
{_post("strays", Post.STRAYS)}
  %strays1 = add i64 %strays, %one
  store i64 %strays1, ptr %strays.at
  br label %done
lately:
  %kept = and i64 %h, %cache_mask
  %kept.at = getelementptr i64, ptr %cache, i64 %kept
  %sent = load i64, ptr %kept.at
  %again = icmp eq i64 %sent, %key
  br i1 %again, label %done, label %send
send:
  store i64 %key, ptr %kept.at
  %po = getelementptr i64, ptr %outboxes, i64 %owner
  %outbox = load ptr, ptr %po
  %pn = getelementptr i64, ptr %filled, i64 %owner
  %used = load i64, ptr %pn
  %start = mul i64 %used, {entry_words(words)}
  %target = getelementptr i64, ptr %outbox, i64 %start
  call void %write_out(i64 %key, ptr %target)
  %last = getelementptr i64, ptr %target, i64 {words}
  store i64 %origin, ptr %last
  %used1 = add i64 %used, 1
  store i64 %used1, ptr %pn
{_post("fullest", Post.FULLEST)}
  %fuller = icmp ugt i64 %used1, %fullest
  %most = select i1 %fuller, i64 %used1, i64 %fullest
  store i64 %most, ptr %fullest.at
  br label %done
done:
  %known1 = phi i64 [%known, %probe], [%grown, %append], [%known, %refuse], [%known, %lately], [%known, %send]
  %i1 = add i64 %i, 1
  br label %loop
leave:
  store i64 %known, ptr %count.at
  store i64 0, ptr %n.at
  ret void
}}"""


def taking_in(part_words: Sequence[int]) -> str:
    """To go with a system's text: number the parts of what others sent, and have them looked up."""
    words = sum(part_words)
    loads = "\n".join(
        f"  %a{number} = getelementptr i64, ptr %base, i64 {number}\n  %w{number} = load i64, ptr %a{number}"
        for number in range(words)
    )
    return f"""
define dso_local void @take_in(ptr %parcel, i64 %count, ptr %settle) nounwind {{
entry:
  %next = load i64, ptr {at(Register.NEXT)}
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %taken]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %body, label %leave
body:
  %offset = mul i64 %i, {entry_words(words)}
  %base = getelementptr i64, ptr %parcel, i64 %offset
{loads}
  %last = getelementptr i64, ptr %base, i64 {words}
  %origin = load i64, ptr %last
  %index = and i64 %origin, {LOW}
  store i64 %index, ptr {at(Register.NEXT)}
  call void @emit_01(i64 0{"".join(f", i64 %w{number}" for number in range(words))})
  %i1 = add i64 %i, 1
  %rest = and i64 %i1, {SETTLED - 1}
  %plenty = icmp eq i64 %rest, 0
  br i1 %plenty, label %settling, label %taken
settling:
  call void %settle(ptr @context)
  br label %taken
taken:
  br label %loop
leave:
  call void %settle(ptr @context)
  store i64 %next, ptr {at(Register.NEXT)}
  ret void
}}"""
