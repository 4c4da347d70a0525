"""The exported network behind one ``run(batch)``. No torch: OpenVINO on the CPU.

One window at a time fills both cores of a small machine, needs no padding across rows, and keeps the
number of shapes small, so memory stays flat and an answer never depends on what else is being scored.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import openvino as ov

from model.window import Batch, Floats

_GROUP: Final = 64
"""Activations that share a scale where weights have 8 bits. An article of 20 sentences took 481 ms without scaling
activations, 263 ms in groups of 32 (the library's choice), 222 ms of 64, 201 ms of 256; of the test split's answers
99.8 % stay what they are at 32, 99.4 % at 256, and macro-F1 moves by less than 0.001 (two cores without bf16)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The network's unnormalised scores as arrays; shapes as in ``model.network.Scores``."""

    stance: Floats
    condition: Floats
    holder_start: Floats
    holder_end: Floats
    holder_special: Floats


class Runtime:
    """A compiled network. Not thread-safe: one caller at a time.

    ``threads=0`` takes as many as this process may use (``available_threads``).
    Processors with bf16 units compute in bf16, all others in fp32.
    """

    def __init__(self, network: Path, threads: int = 0) -> None:
        core = ov.Core()
        bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options: dict[str, str | int] = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
            "INFERENCE_NUM_THREADS": threads or available_threads(),
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP,
        }
        self._request = core.compile_model(network, "CPU", options).create_infer_request()

    def run(self, batch: Batch) -> Scores:
        """Score one batch."""
        outputs = self._request.infer([batch.input_ids, batch.attention_mask, batch.sentence_mask])
        return Scores(*(outputs[i].copy() for i in range(5)))


def available_threads(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the number of threads that this process can run at once: its CPUs, or its container's quota if less.

    The host's count would make more threads than the quota feeds, and each would wait for the others.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, int(quota) // int(period)))
