"""Names and operations in Verilog. Every term has a width and is either short or a wire of its own, so that
no text grows and no operand is ever widened by what stands around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generators.exports.names import Names

_SYSTEM_VERILOG = """accept_on alias always always_comb always_ff always_latch and assert assign assume automatic
before begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking
cmos config const constraint context continue cover covergroup coverpoint cross deassign default defparam design
disable dist do edge else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup
endinterface endmodule endpackage endprimitive endprogram endproperty endspecify endsequence endtable endtask enum
event eventually expect export extends extern final first_match for force foreach forever fork forkjoin function
generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include
initial inout input inside instance int integer interconnect interface intersect join join_any join_none large let
liblist library local localparam logic longint macromodule matches medium modport module nand negedge nettype new
nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive
priority program property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc
randcase randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled
signed small soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri
tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var
vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor"""
RESERVED = _SYSTEM_VERILOG.split()
LONGEST = 60  # characters of a term that is not given a name


class VerilogWords:
    """The `Syntax` of Verilog. widths: bits of every component of the system (1 for a truth value).

    definitions: wires in the order of their use, as text.
    """

    true, false = "1'b1", "1'b0"

    def __init__(self, widths: Mapping[str, int]) -> None:
        self.names = Names(RESERVED)
        self.definitions: list[str] = []
        self._wires: dict[str, str] = {}
        self._widths: dict[str, int] = {self.true: 1, self.false: 1}
        for name, width in widths.items():
            self._widths[self.name(name)] = width

    def own(self, name: str) -> str:
        """A name of the file itself."""
        return self.names.of(("own", name), name)

    def name(self, name: str) -> str:
        """The register of a component."""
        return self.names.of(("component", name), name)

    def width(self, term: str) -> int:
        return self._widths[term]

    def wire(self, term: str) -> str:
        """A name for what the term says; the same for the same term."""
        if term.isidentifier():
            return term
        if term not in self._wires:
            width = self._widths[term]
            name = self._wires[term] = self.own(f"w{len(self._wires) + 1}")
            self._widths[name] = width
            self.definitions.append(f"  wire {self.range(width)}{name} = {term};")
        return self._wires[term]

    @staticmethod
    def range(width: int) -> str:
        return f"[{width - 1}:0] " if width > 1 else ""

    def _term(self, text: str, width: int) -> str:
        self._widths[text] = width
        return self.wire(text) if len(text) > LONGEST else text

    # operations

    def number(self, code: int, width: int) -> str:
        return self._term(f"{width}'d{code}", width)

    def no(self, one: str) -> str:
        if one in (self.true, self.false):
            return self.true if one == self.false else self.false
        return self._term(f"(!{one})", 1)

    def both(self, parts: Sequence[str]) -> str:
        return self._junction("&&", parts, self.true, self.false)

    def either(self, parts: Sequence[str]) -> str:
        return self._junction("||", parts, self.false, self.true)

    def _junction(self, sign: str, parts: Sequence[str], unit: str, zero: str) -> str:
        kept = list(dict.fromkeys(part for part in parts if part != unit))
        if zero in kept:
            return zero
        if len(kept) < 2:
            return kept[0] if kept else unit
        return self._term(f"({f' {sign} '.join(kept)})", 1)

    def same(self, one: str, other: str) -> str:
        return self._term(f"({one} == {other})", 1)

    def below(self, one: str, other: str) -> str:
        return self._term(f"({one} < {other})", 1)

    def below_signed(self, one: str, other: str) -> str:
        return self._term(f"($signed({one}) < $signed({other}))", 1)

    def plus(self, one: str, other: str) -> str:
        return self._term(f"({one} + {other})", self._widths[one])

    def minus(self, one: str, other: str) -> str:
        return self._term(f"({one} - {other})", self._widths[one])

    def choose(self, condition: str, one: str, other: str) -> str:
        if condition in (self.true, self.false) or one == other:
            return other if condition == self.false else one
        return self._term(f"({condition} ? {one} : {other})", self._widths[one])

    def widened(self, one: str, by: int) -> str:
        return self._term(f"{{{by}'d0, {one}}}", self._widths[one] + by) if by else one

    def lowest(self, one: str, width: int) -> str:
        if self._widths[one] == width:
            return one
        return self._term(f"{self.wire(one)}[{width - 1}:0]", width)
