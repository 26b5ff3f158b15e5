"""From LLVM text to functions that Python can call. The only module that knows llvmlite."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from llvmlite import binding

_ready = False


def _prepare() -> None:
    global _ready
    if not _ready:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        _ready = True


class NativeCode:
    """Compiled functions and global memory; unusable after `close`.

    level: 0 compiles fast, 2 makes fast code.
    """

    def __init__(self, text: str, level: int) -> None:
        _prepare()
        machine = binding.Target.from_default_triple().create_target_machine(
            opt=level, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten()
        )
        module = binding.parse_assembly(text)
        module.verify()
        if level > 0:
            builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=level))
            pipeline = builder.getModulePassManager()
            pipeline.run(module, builder)
            pipeline.close()
            builder.close()
        self._engine = binding.create_mcjit_compiler(module, machine)
        self._engine.finalize_object()

    def procedure(self, name: str, *arguments: type) -> Callable[..., None]:
        return ctypes.CFUNCTYPE(None, *arguments)(self._address(self._engine.get_function_address(name), name))

    def function(self, name: str, *arguments: type) -> Callable[..., int]:
        """A function that returns a 64-bit number."""
        prototype = ctypes.CFUNCTYPE(ctypes.c_uint64, *arguments)
        return prototype(self._address(self._engine.get_function_address(name), name))

    def numbers(self, name: str, count: int) -> ctypes.Array[ctypes.c_uint64]:
        """The 64-bit numbers of a global array."""
        address = self._address(self._engine.get_global_value_address(name), name)
        return (ctypes.c_uint64 * count).from_address(address)

    def _address(self, address: int, name: str) -> int:
        if address == 0:
            raise RuntimeError(f'compiled code has no "{name}"')
        return address

    def close(self) -> None:
        self._engine.close()
