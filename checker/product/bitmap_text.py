"""Operations on sets of states as LLVM text. A set is a bitmap: for each shared value, for each state
of the first part, of the second ..., a row of bits, one for each state of the last part."""

from __future__ import annotations

BITMAP_TEXT = """
declare i64 @llvm.ctpop.i64(i64)
declare i64 @llvm.cttz.i64(i64, i1)

; States of a part that is not the last: what holds of one holds of whole blocks of words.
; sources: four numbers each: first word, first target, end of targets, where to count.
; targets: the first word of a block. A block is repeated `outer` times, `stride` words apart.
; first_seen: the level at which a state of the part first occurs, + 1; counts: how often it does.
define dso_local void @spread(ptr noalias %from, ptr noalias %to, ptr noalias %sources, ptr noalias %targets,
    i64 %first, i64 %end, i64 %outer, i64 %stride, i64 %block, ptr noalias %counts, ptr noalias %first_seen,
    i64 %level) nounwind {
entry:
  br label %source
source:
  %i = phi i64 [%first, %entry], [%i1, %next_source]
  %more = icmp ult i64 %i, %end
  br i1 %more, label %read, label %leave
read:
  %i4 = shl i64 %i, 2
  %p0 = getelementptr i64, ptr %sources, i64 %i4
  %p1 = getelementptr i64, ptr %p0, i64 1
  %p2 = getelementptr i64, ptr %p0, i64 2
  %p3 = getelementptr i64, ptr %p0, i64 3
  %start = load i64, ptr %p0
  %t0 = load i64, ptr %p1
  %t1 = load i64, ptr %p2
  %place = load i64, ptr %p3
  br label %repeat
repeat:
  %o = phi i64 [0, %read], [%o1, %next_repeat]
  %o_more = icmp ult i64 %o, %outer
  br i1 %o_more, label %count, label %next_source
count:
  %shift = mul i64 %o, %stride
  %from0 = add i64 %start, %shift
  %block_from = getelementptr i64, ptr %from, i64 %from0
  br label %add
add:
  %w = phi i64 [0, %count], [%w1, %add]
  %sum = phi i64 [0, %count], [%sum1, %add]
  %pw = getelementptr i64, ptr %block_from, i64 %w
  %word = load i64, ptr %pw
  %ones = call i64 @llvm.ctpop.i64(i64 %word)
  %sum1 = add i64 %sum, %ones
  %w1 = add i64 %w, 1
  %w_more = icmp ult i64 %w1, %block
  br i1 %w_more, label %add, label %counted
counted:
  %empty = icmp eq i64 %sum1, 0
  br i1 %empty, label %next_repeat, label %note
note:
  %pc = getelementptr i64, ptr %counts, i64 %place
  %before = load i64, ptr %pc
  %after = add i64 %before, %sum1
  store i64 %after, ptr %pc
  %pf = getelementptr i64, ptr %first_seen, i64 %place
  %seen = load i64, ptr %pf
  %unseen = icmp eq i64 %seen, 0
  %level1 = add i64 %level, 1
  %seen1 = select i1 %unseen, i64 %level1, i64 %seen
  store i64 %seen1, ptr %pf
  br label %target
target:
  %t = phi i64 [%t0, %note], [%t_next, %next_target]
  %t_more = icmp ult i64 %t, %t1
  br i1 %t_more, label %copy, label %next_repeat
copy:
  %pt = getelementptr i64, ptr %targets, i64 %t
  %to0 = load i64, ptr %pt
  %to1 = add i64 %to0, %shift
  %block_to = getelementptr i64, ptr %to, i64 %to1
  br label %or
or:
  %v = phi i64 [0, %copy], [%v1, %or]
  %pa = getelementptr i64, ptr %block_from, i64 %v
  %pb = getelementptr i64, ptr %block_to, i64 %v
  %a = load i64, ptr %pa
  %b = load i64, ptr %pb
  %c = or i64 %a, %b
  store i64 %c, ptr %pb
  %v1 = add i64 %v, 1
  %v_more = icmp ult i64 %v1, %block
  br i1 %v_more, label %or, label %next_target
next_target:
  %t_next = add i64 %t, 1
  br label %target
next_repeat:
  %o1 = add i64 %o, 1
  br label %repeat
next_source:
  %i1 = add i64 %i, 1
  br label %source
leave:
  ret void
}

; States of the last part, under one shared value: rows `first` to `end` of it, bit by bit.
; sources: two numbers for each state of the part: first target, end of targets.
; targets: two numbers: first word of the first row under the new shared value plus the word in the row; a bit.
; moving: a row with the states that are looked at.
define dso_local void @scatter(ptr noalias %from, ptr noalias %to, ptr noalias %sources, ptr noalias %targets,
    ptr noalias %moving, i64 %start, i64 %first, i64 %end, i64 %width, ptr noalias %counts, ptr noalias %first_seen,
    i64 %level) nounwind {
entry:
  %level1 = add i64 %level, 1
  br label %row
row:
  %r = phi i64 [%first, %entry], [%r1, %next_row]
  %r_more = icmp ult i64 %r, %end
  br i1 %r_more, label %words, label %leave
words:
  %shift = mul i64 %r, %width
  %from0 = add i64 %start, %shift
  %row_from = getelementptr i64, ptr %from, i64 %from0
  %row_to = getelementptr i64, ptr %to, i64 %shift
  br label %word
word:
  %w = phi i64 [0, %words], [%w1, %next_word]
  %w_more = icmp ult i64 %w, %width
  br i1 %w_more, label %load, label %next_row
load:
  %pw = getelementptr i64, ptr %row_from, i64 %w
  %present = load i64, ptr %pw
  %po = getelementptr i64, ptr %moving, i64 %w
  %looked_at = load i64, ptr %po
  %all = and i64 %present, %looked_at
  %base = shl i64 %w, 6
  br label %bit
bit:
  %rest = phi i64 [%all, %load], [%rest1, %next_bit]
  %none = icmp eq i64 %rest, 0
  br i1 %none, label %next_word, label %state
state:
  %number = call i64 @llvm.cttz.i64(i64 %rest, i1 1)
  %l = add i64 %base, %number
  %pc = getelementptr i64, ptr %counts, i64 %l
  %before = load i64, ptr %pc
  %after = add i64 %before, 1
  store i64 %after, ptr %pc
  %l2 = shl i64 %l, 1
  %p0 = getelementptr i64, ptr %sources, i64 %l2
  %p1 = getelementptr i64, ptr %p0, i64 1
  %t0 = load i64, ptr %p0
  %t1 = load i64, ptr %p1
  %fresh = icmp eq i64 %before, 0
  br i1 %fresh, label %note, label %target
note:
  %pf = getelementptr i64, ptr %first_seen, i64 %l
  store i64 %level1, ptr %pf
  br label %target
target:
  %t = phi i64 [%t0, %state], [%t0, %note], [%t_next, %set]
  %t_more = icmp ult i64 %t, %t1
  br i1 %t_more, label %set, label %next_bit
set:
  %t2 = shl i64 %t, 1
  %pt = getelementptr i64, ptr %targets, i64 %t2
  %pm = getelementptr i64, ptr %pt, i64 1
  %offset = load i64, ptr %pt
  %mask = load i64, ptr %pm
  %pb = getelementptr i64, ptr %row_to, i64 %offset
  %old = load i64, ptr %pb
  %new = or i64 %old, %mask
  store i64 %new, ptr %pb
  %t_next = add i64 %t, 1
  br label %target
next_bit:
  %less = sub i64 %rest, 1
  %rest1 = and i64 %rest, %less
  br label %bit
next_word:
  %w1 = add i64 %w, 1
  br label %word
next_row:
  %r1 = add i64 %r, 1
  br label %row
leave:
  ret void
}

; The new frontier: what was found and is not known. Returns its size; empties `found`.
define dso_local i64 @settle(ptr noalias %found, ptr noalias %known, ptr noalias %frontier, i64 %words) nounwind {
entry:
  br label %loop
loop:
  %w = phi i64 [0, %entry], [%w1, %loop]
  %sum = phi i64 [0, %entry], [%sum1, %loop]
  %pf = getelementptr i64, ptr %found, i64 %w
  %pk = getelementptr i64, ptr %known, i64 %w
  %pn = getelementptr i64, ptr %frontier, i64 %w
  %f = load i64, ptr %pf
  %k = load i64, ptr %pk
  %not = xor i64 %k, -1
  %new = and i64 %f, %not
  %all = or i64 %f, %k
  store i64 %new, ptr %pn
  store i64 %all, ptr %pk
  store i64 0, ptr %pf
  %ones = call i64 @llvm.ctpop.i64(i64 %new)
  %sum1 = add i64 %sum, %ones
  %w1 = add i64 %w, 1
  %more = icmp ult i64 %w1, %words
  br i1 %more, label %loop, label %leave
leave:
  ret i64 %sum1
}

define dso_local void @unite(ptr noalias %into, ptr noalias %set, i64 %words) nounwind {
entry:
  br label %loop
loop:
  %w = phi i64 [0, %entry], [%w1, %loop]
  %pi = getelementptr i64, ptr %into, i64 %w
  %ps = getelementptr i64, ptr %set, i64 %w
  %i = load i64, ptr %pi
  %s = load i64, ptr %ps
  %all = or i64 %i, %s
  store i64 %all, ptr %pi
  %w1 = add i64 %w, 1
  %more = icmp ult i64 %w1, %words
  br i1 %more, label %loop, label %leave
leave:
  ret void
}

; Among the rows `first` to `end` from `start` on, the state of least level whose last part is in the mask that
; the classes of the others select. dimensions: sizes of all parts but the last; classes: for each of them
; an array of offsets; selected: sum of offsets -> number of a mask, or -1. planes: addresses of the bitmaps that
; hold the levels, lowest bit first. answer: least level (all ones: none), its row, its bit; to be set before.
define dso_local void @lowest(ptr %known, ptr %planes, i64 %plane_count, i64 %start, i64 %first, i64 %end, i64 %width,
    ptr %dimensions, ptr %classes, i64 %others, ptr %selected, ptr %masks, ptr %answer) nounwind {
entry:
  %pr = getelementptr i64, ptr %answer, i64 1
  %pb = getelementptr i64, ptr %answer, i64 2
  br label %row
row:
  %r = phi i64 [%first, %entry], [%r1, %next_row]
  %r_more = icmp ult i64 %r, %end
  br i1 %r_more, label %parts, label %leave
parts:
  br label %part
part:
  %j = phi i64 [%others, %parts], [%j1, %one]
  %left = phi i64 [%r, %parts], [%left1, %one]
  %index = phi i64 [0, %parts], [%index1, %one]
  %j_done = icmp eq i64 %j, 0
  br i1 %j_done, label %select, label %one
one:
  %j1 = sub i64 %j, 1
  %pd = getelementptr i64, ptr %dimensions, i64 %j1
  %d = load i64, ptr %pd
  %state = urem i64 %left, %d
  %left1 = udiv i64 %left, %d
  %pcl = getelementptr ptr, ptr %classes, i64 %j1
  %class_array = load ptr, ptr %pcl
  %pco = getelementptr i64, ptr %class_array, i64 %state
  %offset = load i64, ptr %pco
  %index1 = add i64 %index, %offset
  br label %part
select:
  %ps = getelementptr i64, ptr %selected, i64 %index
  %m = load i64, ptr %ps
  %unselected = icmp slt i64 %m, 0
  br i1 %unselected, label %next_row, label %words
words:
  %shift = mul i64 %r, %width
  %row_start = add i64 %start, %shift
  %mask_start = mul i64 %m, %width
  br label %word
word:
  %w = phi i64 [0, %words], [%w1, %next_word]
  %w_more = icmp ult i64 %w, %width
  br i1 %w_more, label %look, label %next_row
look:
  %at = add i64 %row_start, %w
  %pk = getelementptr i64, ptr %known, i64 %at
  %k = load i64, ptr %pk
  %mw = add i64 %mask_start, %w
  %pm = getelementptr i64, ptr %masks, i64 %mw
  %mask = load i64, ptr %pm
  %hit = and i64 %k, %mask
  %nothing = icmp eq i64 %hit, 0
  br i1 %nothing, label %next_word, label %plane
plane:
  %b = phi i64 [%plane_count, %look], [%b1, %narrow]
  %those = phi i64 [%hit, %look], [%those1, %narrow]
  %level = phi i64 [0, %look], [%level1, %narrow]
  %b_done = icmp eq i64 %b, 0
  br i1 %b_done, label %compare, label %narrow
narrow:
  %b1 = sub i64 %b, 1
  %pp = getelementptr ptr, ptr %planes, i64 %b1
  %bitmap = load ptr, ptr %pp
  %pl = getelementptr i64, ptr %bitmap, i64 %at
  %high = load i64, ptr %pl
  %not_high = xor i64 %high, -1
  %lower = and i64 %those, %not_high
  %all_high = icmp eq i64 %lower, 0
  %those1 = select i1 %all_high, i64 %those, i64 %lower
  %bit_of_level = zext i1 %all_high to i64
  %double = shl i64 %level, 1
  %level1 = or i64 %double, %bit_of_level
  br label %plane
compare:
  %best = load i64, ptr %answer
  %better = icmp ult i64 %level, %best
  br i1 %better, label %keep, label %next_word
keep:
  store i64 %level, ptr %answer
  store i64 %r, ptr %pr
  %base = shl i64 %w, 6
  %bit = call i64 @llvm.cttz.i64(i64 %those, i1 1)
  %l = add i64 %base, %bit
  store i64 %l, ptr %pb
  br label %next_word
next_word:
  %w1 = add i64 %w, 1
  br label %word
next_row:
  %r1 = add i64 %r, 1
  br label %row
leave:
  ret void
}

; Rows `first` to `end` from `start` on, where a state of a part stands for as many as its weight says:
; adds to counts, for each part and each of its states, how many whole states it stands in.
; dimensions, weights, counts: one for each part; others: parts but the last.
define dso_local void @weigh(ptr %known, i64 %start, i64 %first, i64 %end, i64 %width, ptr %dimensions,
    ptr %weights, ptr %counts, i64 %others) nounwind {
entry:
  %pwl = getelementptr ptr, ptr %weights, i64 %others
  %last_weights = load ptr, ptr %pwl
  %pcl = getelementptr ptr, ptr %counts, i64 %others
  %last_counts = load ptr, ptr %pcl
  br label %row
row:
  %r = phi i64 [%first, %entry], [%r1, %next_row]
  %r_more = icmp ult i64 %r, %end
  br i1 %r_more, label %weight, label %leave
weight:
  %j = phi i64 [%others, %row], [%j1, %factor]
  %left = phi i64 [%r, %row], [%left1, %factor]
  %product = phi i64 [1, %row], [%product1, %factor]
  %j_done = icmp eq i64 %j, 0
  br i1 %j_done, label %words, label %factor
factor:
  %j1 = sub i64 %j, 1
  %pd = getelementptr i64, ptr %dimensions, i64 %j1
  %d = load i64, ptr %pd
  %state = urem i64 %left, %d
  %left1 = udiv i64 %left, %d
  %pws = getelementptr ptr, ptr %weights, i64 %j1
  %ws = load ptr, ptr %pws
  %pw = getelementptr i64, ptr %ws, i64 %state
  %weight_here = load i64, ptr %pw
  %product1 = mul i64 %product, %weight_here
  br label %weight
words:
  %shift = mul i64 %r, %width
  %row_start = add i64 %start, %shift
  br label %word
word:
  %w = phi i64 [0, %words], [%w1, %next_word]
  %sum = phi i64 [0, %words], [%sum1, %next_word]
  %w_more = icmp ult i64 %w, %width
  br i1 %w_more, label %load, label %share
load:
  %at = add i64 %row_start, %w
  %pk = getelementptr i64, ptr %known, i64 %at
  %all = load i64, ptr %pk
  %base = shl i64 %w, 6
  br label %bit
bit:
  %rest = phi i64 [%all, %load], [%rest1, %one]
  %sum1 = phi i64 [%sum, %load], [%sum2, %one]
  %none = icmp eq i64 %rest, 0
  br i1 %none, label %next_word, label %one
one:
  %number = call i64 @llvm.cttz.i64(i64 %rest, i1 1)
  %l = add i64 %base, %number
  %pc = getelementptr i64, ptr %last_counts, i64 %l
  %before = load i64, ptr %pc
  %after = add i64 %before, %product
  store i64 %after, ptr %pc
  %pl = getelementptr i64, ptr %last_weights, i64 %l
  %last_weight = load i64, ptr %pl
  %sum2 = add i64 %sum1, %last_weight
  %less = sub i64 %rest, 1
  %rest1 = and i64 %rest, %less
  br label %bit
next_word:
  %w1 = add i64 %w, 1
  br label %word
share:
  %whole = mul i64 %product, %sum
  %empty = icmp eq i64 %sum, 0
  br i1 %empty, label %next_row, label %part
part:
  %k = phi i64 [%others, %share], [%k1, %add]
  %left2 = phi i64 [%r, %share], [%left3, %add]
  %k_done = icmp eq i64 %k, 0
  br i1 %k_done, label %next_row, label %add
add:
  %k1 = sub i64 %k, 1
  %pd2 = getelementptr i64, ptr %dimensions, i64 %k1
  %d2 = load i64, ptr %pd2
  %state2 = urem i64 %left2, %d2
  %left3 = udiv i64 %left2, %d2
  %pws2 = getelementptr ptr, ptr %weights, i64 %k1
  %ws2 = load ptr, ptr %pws2
  %pw2 = getelementptr i64, ptr %ws2, i64 %state2
  %own = load i64, ptr %pw2
  %others_count = udiv i64 %whole, %own
  %pcs = getelementptr ptr, ptr %counts, i64 %k1
  %cs = load ptr, ptr %pcs
  %pc2 = getelementptr i64, ptr %cs, i64 %state2
  %before2 = load i64, ptr %pc2
  %after2 = add i64 %before2, %others_count
  store i64 %after2, ptr %pc2
  br label %part
next_row:
  %r1 = add i64 %r, 1
  br label %row
leave:
  ret void
}
"""
