"""From LLVM text to functions that Python can call. The only module that knows llvmlite.
Run as a program, it turns LLVM text into optimised machine code: text from standard input, object
file to standard output. So optimising can go on beside a search, and be given up."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

from llvmlite import binding

NEAR, ANYWHERE = "small", "jitdefault"  # where code and what it refers to may lie; the former is made faster
REACH = 2**30  # bytes, half of what code made for `NEAR` can refer to
LEVEL = 1  # of optimisation; more takes longer and gains nothing

_ready = False


def _target_machine(level: int, reach: str = ANYWHERE) -> binding.TargetMachine:
    global _ready
    if not _ready:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        _ready = True
    return binding.Target.from_default_triple().create_target_machine(
        opt=level, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), reloc="pic",
        codemodel=reach,
    )  # fmt: skip


class NativeCode:
    """Compiled functions and global memory; unusable after `close`."""

    def __init__(self, engine: binding.ExecutionEngine) -> None:
        engine.finalize_object()
        self._engine = engine

    @staticmethod
    def compiled(text: str) -> NativeCode:
        """Ready at once, not optimised."""
        module = binding.parse_assembly(text)
        module.verify()
        functions = [entry.name for entry in module.functions if not entry.is_declaration]
        variables = [entry.name for entry in module.global_variables]
        code = NativeCode(binding.create_mcjit_compiler(module, _target_machine(0, NEAR)))
        places = [*map(code.address, functions), *(code._address_of_number(name) for name in variables)]
        if max(places, default=0) - min(places, default=0) < REACH:
            return code
        code.close()
        return NativeCode(binding.create_mcjit_compiler(binding.parse_assembly(text), _target_machine(0)))

    @staticmethod
    def loaded(machine_code: bytes) -> NativeCode:
        """From an object file made on this machine."""
        engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _target_machine(0))
        engine.add_object_file(binding.ObjectFileRef.from_data(machine_code))
        return NativeCode(engine)

    def procedure(self, name: str, *arguments: type) -> Callable[..., None]:
        return ctypes.CFUNCTYPE(None, *arguments)(self.address(name))

    def function(self, name: str, *arguments: type) -> Callable[..., int]:
        """A function that returns a 64-bit number."""
        return ctypes.CFUNCTYPE(ctypes.c_uint64, *arguments)(self.address(name))

    def numbers(self, name: str, count: int) -> ctypes.Array[ctypes.c_uint64]:
        """The 64-bit numbers of a global array."""
        address = self._address_of_number(name)
        return (ctypes.c_uint64 * count).from_address(address)

    def address(self, name: str) -> int:
        """Of a function."""
        return self._address(self._engine.get_function_address(name), name)

    def _address_of_number(self, name: str) -> int:
        return self._address(self._engine.get_global_value_address(name), name)

    def _address(self, address: int, name: str) -> int:
        if address == 0:
            raise RuntimeError(f'compiled code has no "{name}"')
        return address

    def close(self) -> None:
        self._engine.close()


class Optimisation:
    """A process that optimises `text` while this one goes on. Close it, ready or not."""

    def __init__(self, text: str) -> None:
        self._text = TemporaryFile()  # noqa: SIM115
        self._text.write(text.encode())
        self._text.seek(0)
        self._machine_code = TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__))],
            stdin=self._text, stdout=self._machine_code, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def result(self) -> bytes | None:
        """The object file; None if the process failed. Waits for its end."""
        if self._process.wait() != 0:
            return None
        self._machine_code.seek(0)
        return self._machine_code.read()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._text.close()
        self._machine_code.close()


def unoptimised(text: str) -> bytes:
    """An object file for this machine, made quickly: for code that is loaded again and again."""
    module = binding.parse_assembly(text)
    machine_code: bytes = _target_machine(0).emit_object(module)
    return machine_code


def optimised(text: str) -> bytes:
    """An object file of optimised code for this machine."""
    machine = _target_machine(LEVEL)
    module = binding.parse_assembly(text)
    with binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=LEVEL)) as builder:
        pipeline = builder.getModulePassManager()
        pipeline.run(module, builder)
        pipeline.close()
    machine_code: bytes = machine.emit_object(module)
    return machine_code


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(10)  # the search goes first
    sys.stdout.buffer.write(optimised(sys.stdin.read()))
