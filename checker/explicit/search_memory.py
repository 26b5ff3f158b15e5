"""Where a search keeps what it knows: the registers that compiled code and Python share, the record of
a part's value, an entry of the buffer, a step kept. All numbers are 64-bit words."""

from __future__ import annotations

from enum import IntEnum

SETTLED = 64  # successors collected before they are looked up, so that memory is fetched ahead
NO_PARENT = 0xFFFFFFFF
ENTRY = 3  # of the buffer: key, hash, label << 32 | parent
STEP = 2  # words of a step kept: label << 32 | number of the part's value after it, hash of that value
IMAGE = 2  # words of an image kept: its number, its hash


class Status(IntEnum):
    """Why a batch ended."""

    DONE = 0
    PAUSED = 1
    TABLE_FULL = 2
    FAILED = 3
    STATE_LIMIT = 4
    PARTS_FULL = 5


class Register(IntEnum):
    """Positions in the global array `context`. Names that end in _0 and _1 are of the two parts."""

    STATES = 0  # address: the key of every state found: number of part 0 << 32 | number of part 1
    PARENTS = 1  # address: 32-bit index of each state's predecessor
    TABLE = 2  # address: keys by hash, 0 where there is none
    SHIFT = 3  # 64 - bits of a place in the table: the place of a key is the top of its hash
    COUNT = 4
    NEXT = 5  # the state to expand next
    LEVEL_END = 6
    DEPTH = 7
    BUFFERED = 8
    CAPACITY = 9  # states for which there is room
    STATE_LIMIT = 10
    BUFFER = 11  # address
    STEPS = 12  # address: the steps of every value of a part that was met
    STEPS_USED = 13
    STEPS_ROOM = 14
    VALUES_0 = 15  # address: the words of each value, from number 1 on
    VALUES_1 = 16
    RECORDS_0 = 17  # address: see Record
    RECORDS_1 = 18
    SLOTS_0 = 19  # address: 32-bit numbers by hash
    SLOTS_1 = 20
    SLOT_MASK_0 = 21
    SLOT_MASK_1 = 22
    HELD_0 = 23  # values that the part has had
    HELD_1 = 24
    ROOM_0 = 25
    ROOM_1 = 26
    MEET = 27  # address of a function: work out the steps of the values of a pair that are new
    JOINT = 28  # address of a function: the steps that need both parts
    LIVE = 29  # address: which joint entries still matter, a bit each
    JOINTLY = 32  # states in which joint entries were tried
    IMAGES_0 = 33  # address: of each value its images under all permutations but the identity
    IMAGES_1 = 34
    RENAME = 35  # address of a function: put representatives into the buffer; 0: states stand for themselves
    WEIGH = 36  # address of a function: how many states a representative stands for
    INDEX = 30  # address: 32-bit index + 1 of states by hash, made on demand
    INDEX_MASK = 31


class Record(IntEnum):
    """Positions in what is known of a part's value; from MASKS on a bit for each joint entry."""

    HASH = 0
    FIRST = 1  # its steps: position + 1; 0 while they are not worked out
    STEPS = 2  # how many
    USES = 3  # states expanded since last counted
    MASKS = 4


def at(register: Register) -> str:
    """The address of a register in code that has `context` as a global."""
    return f"getelementptr (i64, ptr @context, i64 {register.value})"


def of_part(name: str, part: int) -> Register:
    return Register[f"{name}_{part}"]
