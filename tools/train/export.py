#!/usr/bin/python3
"""Writes the newest checkpoint of a run as a weights file.

  export.py RUNS NAME FILE.safetensors

The file is safetensors: length, JSON header, raw little-endian float32.
Metadata holds the graph, the training record and the SHA-256 of the data.
Level planes are constant over a picture, so their kernels are summed into one
number per channel (`levels.weight`), which the program adds to the bias.
"""
import argparse
import hashlib
import json
import os
import struct

import numpy as np
import torch

from recipes import DOWNSCALES, JPEG_QUALITY_MIN, NOISE_SIGMA_MAX, TIERS


def plain_tensors(average, layers, with_levels):
    """Name -> float32 array, in the order of the file."""
    tensors, values = {}, iter(average)
    for layer in range(layers):
        kernel = next(values).double().numpy()
        if layer == 0 and with_levels:
            tensors["levels.weight"] = kernel[:, 1:].sum((2, 3))
            kernel = kernel[:, :1]
        tensors[f"{layer}.weight"] = kernel
        tensors[f"{layer}.bias"] = next(values).numpy()
        if layer + 1 < layers:
            tensors[f"{layer}.slope"] = next(values).numpy()
    return {name: np.ascontiguousarray(value, "<f4")
            for name, value in tensors.items()}


def graph(setup, layers):
    """What the program needs to run the tensors."""
    return {"format": "troupe-upscale-1", "factor": setup["factor"],
            "border": "mirror", "skip": "repeat", "tail": "pixel_shuffle",
            "input": "luma 0..1",
            "levels": ["noise", "jpeg"] if setup["levels"] else [],
            "layers": [{"op": "conv3x3", "prelu": layer + 1 < layers}
                       for layer in range(layers)]}


def record(state):
    """How the weights came about."""
    setup = state["setup"]
    return {"recipe": setup, "iterations_done": state["iteration"],
            "downscales": DOWNSCALES[setup["mix"]],
            "noise_sigma_max": NOISE_SIGMA_MAX,
            "jpeg_quality_min": JPEG_QUALITY_MIN,
            "first_digest": state["first_digest"],
            "cpu_s": round(state["cpu_s"]), "torch": torch.__version__,
            "unseen_psnr_db": round(state["history"][-1][2], 3)
            if state["history"] else None}


def write(path, tensors, metadata):
    """Writes the file beside its name, then renames it into place."""
    header, data = {}, b""
    for name, value in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape),
                        "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    metadata["weights_sha256"] = hashlib.sha256(data).hexdigest()
    header = {"__metadata__": metadata, **header}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    temporary = path + ".part"
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    os.replace(temporary, path)
    return metadata["weights_sha256"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs")
    parser.add_argument("name")
    parser.add_argument("file")
    options = parser.parse_args()
    state = torch.load(os.path.join(options.runs, options.name,
                                    "checkpoint.pt"))
    setup = state["setup"]
    layers = setup["inner"] + 2
    tensors = plain_tensors(state["average"], layers, setup["levels"])
    name, _, factor = setup["name"].rpartition("-")
    metadata = {"name": name, "factor": factor[1:],
                "graph": json.dumps(graph(setup, layers)),
                "training": json.dumps(record(state))}
    digest = write(options.file, tensors, metadata)
    print(f"{options.file} iteration {state['iteration']} sha256 {digest}")


if __name__ == "__main__":
    main()
