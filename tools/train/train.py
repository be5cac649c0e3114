#!/usr/bin/python3
"""Trains one weight set; goes on from its last checkpoint.

  train.py RUNS NAME [--iterations N] [--threads 2]   e.g. bicubic-fast-x2
  train.py RUNS NAME --verify FILE.safetensors        repeats the first steps

RUNS is a folder outside the repository: RUNS/pool/ holds pictures,
RUNS/NAME/ the checkpoint and log.txt. Ending the program at any moment loses
at most the steps since the last checkpoint, and repeating them gives the
same weights: every batch is a function of the seed and the iteration.
"""
import argparse
import hashlib
import json
import math
import os
import signal
import struct
import sys
import time

import numpy as np
import torch

import dead_leaves
from network import run, upscale_network
from pictures import picture_pool
from recipes import VALIDATION, recipe
from resample import reduce

VERIFIED_STEPS = 200
CHECKPOINT_S = 120


def rate(setup, iteration):
    """Learning rate: linear warm-up, then half a cosine."""
    if iteration < setup["warm_up"]:
        return setup["rate"] * (iteration + 1) / setup["warm_up"]
    share = (iteration - setup["warm_up"]) \
        / max(1, setup["iterations"] - setup["warm_up"])
    swing = (setup["rate"] - setup["rate_end"]) / 2
    return setup["rate_end"] + swing * (1 + math.cos(math.pi * min(share, 1)))


def digest(tensors):
    """SHA-256 over the bytes of a list of tensors."""
    total = hashlib.sha256()
    for tensor in tensors:
        total.update(tensor.detach().numpy().astype("<f4").tobytes())
    return total.hexdigest()


class trainer:
    """A run in memory: network, optimiser, running average, history."""

    def __init__(self, runs, setup):
        self.setup = setup
        self.folder = os.path.join(runs, setup["name"])
        os.makedirs(self.folder, exist_ok=True)
        torch.manual_seed(setup["seed"])
        self.network = upscale_network(setup)
        self.optimiser = torch.optim.Adam(self.network.parameters())
        self.pool = picture_pool(os.path.join(runs, "pool"), setup)
        self.average = [t.detach().clone() for t in self.flat()]
        self.iteration, self.first_digest, self.cpu_s = 0, None, 0.0
        self.history = []

    def flat(self):
        return [tensor for layer in self.network.folded()
                for tensor in layer if tensor is not None]

    def averaged(self):
        """The running average in the shape of folded()."""
        tensors = iter(self.average)
        return [tuple(None if t is None else next(tensors) for t in layer)
                for layer in self.network.folded()]

    def step(self):
        setup = self.setup
        low, high = self.pool.batch(self.iteration, self.network.halo)
        folded = self.network.folded()
        error = run(folded, setup["factor"], torch.from_numpy(low)) \
            - torch.from_numpy(high)
        last = self.iteration >= setup["iterations"] \
            * (1 - setup["squared_share"])
        # 20 brings the squared loss to the size of the absolute one.
        loss = (error * error).mean() * 20 if last \
            else torch.sqrt(error * error + 1e-6).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = rate(setup, self.iteration)
        self.optimiser.step()
        with torch.no_grad():
            keep = min(setup["average"],
                       (1 + self.iteration) / (10 + self.iteration))
            for mean, now in zip(self.average, self.flat()):
                mean.mul_(keep).add_(now, alpha=1 - keep)
        self.iteration += 1
        if self.iteration == VERIFIED_STEPS:
            self.first_digest = digest(self.flat())
        return float(loss)

    # -- checkpoints -------------------------------------------------------

    def path(self):
        return os.path.join(self.folder, "checkpoint.pt")

    def save(self):
        temporary = self.path() + ".part"
        torch.save({"setup": self.setup, "network": self.network.state_dict(),
                    "optimiser": self.optimiser.state_dict(),
                    "average": self.average, "iteration": self.iteration,
                    "first_digest": self.first_digest, "cpu_s": self.cpu_s,
                    "history": self.history}, temporary)
        os.replace(temporary, self.path())

    def resume(self):
        if not os.path.exists(self.path()):
            return
        state = torch.load(self.path())
        kept = state["setup"] | {key: self.setup[key]
                                 for key in ("iterations", "threads")}
        if kept != self.setup:
            sys.exit(f"{self.path()}: made by another recipe; "
                     "move it away to start again")
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.iteration = state["average"], state["iteration"]
        self.first_digest = state["first_digest"]
        self.cpu_s, self.history = state["cpu_s"], state["history"]

    # -- progress ----------------------------------------------------------

    def validate(self):
        """Mean PSNR in dB on unseen pictures, studio-swing luma."""
        setup, halo, total = self.setup, self.network.halo, 0.0
        if not hasattr(self, "unseen"):
            self.unseen = [dead_leaves.picture(setup["seed"] + 1, index)
                           for index in range(VALIDATION)]
        for high in self.unseen:
            low = reduce(high, setup["factor"], "bicubic")
            wide = np.pad(low, halo, mode="symmetric")
            planes = np.zeros((1, 3 if setup["levels"] else 1, *wide.shape),
                              np.float32)
            planes[0, 0] = wide / np.float32(255)
            with torch.no_grad():
                out = run(self.averaged(), setup["factor"],
                          torch.from_numpy(planes))[0, 0].numpy()
            edge = setup["factor"]
            error = (np.clip(out, 0, 1) * 219 - high * (219 / 255))
            error = error[edge:-edge, edge:-edge]
            total += 10 * np.log10(255 ** 2 / np.mean(error ** 2))
        return total / len(self.unseen)

    def report(self, losses):
        self.history.append((self.iteration, float(np.mean(losses)),
                             float(self.validate())))
        line = "%d loss %.5f psnr %.3f" % self.history[-1]
        with open(os.path.join(self.folder, "log.txt"), "a") as log:
            log.write(f"{line} cpu_s {self.cpu_s:.0f}\n")


def train(run_state):
    """Steps until the budget is used or the program is told to end."""
    ended = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.append(True))
    run_state.resume()
    losses, saved_s, cpu_s = [], time.monotonic(), time.process_time()
    while run_state.iteration < run_state.setup["iterations"] and not ended:
        losses.append(run_state.step())
        now_s = time.process_time()
        run_state.cpu_s, cpu_s = run_state.cpu_s + now_s - cpu_s, now_s
        if run_state.iteration % 1000 == 0:
            run_state.report(losses)
            losses = []
        if time.monotonic() - saved_s > CHECKPOINT_S:
            run_state.save()
            saved_s = time.monotonic()
    run_state.save()
    return not ended


def verify(run_state, path):
    """Repeats the first steps and compares with the record in a file."""
    with open(path, "rb") as file:
        header_bytes, = struct.unpack("<Q", file.read(8))
        metadata = json.loads(file.read(header_bytes))["__metadata__"]
    recorded = json.loads(metadata["training"])["first_digest"]
    while run_state.iteration < VERIFIED_STEPS:
        run_state.step()
    same = run_state.first_digest == recorded
    print(f"{VERIFIED_STEPS} steps: {'equal' if same else 'DIFFERENT'}\n"
          f"  recorded {recorded}\n  repeated {run_state.first_digest}")
    if not same:
        print("another processor or library version may sum in another "
              "order; a full run must then agree within 0.05 dB")
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs")
    parser.add_argument("name")
    parser.add_argument("--iterations", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--verify", metavar="FILE")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    setup = recipe(options.name, options.iterations)
    state = trainer(options.runs, setup | {"threads": options.threads})
    done = verify(state, options.verify) if options.verify else train(state)
    sys.exit(0 if done else 1)


if __name__ == "__main__":
    main()
