"""The pool of training pictures on disk, and patches drawn from it."""
import io
import os
import sys

import numpy as np
from PIL import Image

import dead_leaves
from recipes import (DOWNSCALES, JPEG_QUALITY_MIN, NOISE_SIGMA_MAX, PICTURES,
                     PICTURES_FIRST)
from resample import reduce, to_bytes


def stored_picture(folder, seed, index):
    """The picture from the pool, made and kept there if it is missing."""
    path = os.path.join(folder, f"{seed}-{index:05d}.png")
    if os.path.exists(path):
        with Image.open(path) as image:
            return np.array(image)
    picture = dead_leaves.picture(seed, index)
    temporary = f"{path}.{os.getpid()}"
    Image.fromarray(picture).save(temporary, "png")
    os.replace(temporary, path)
    return picture


def degraded(rng, patch):
    """Low-resolution patch with noise and JPEG, and their levels in 0..1."""
    noise = jpeg = 0.0
    if rng.random() < 0.5:
        return patch, noise, jpeg
    if rng.random() < 0.7:
        noise = rng.uniform(0, 1)
        patch = to_bytes(patch + rng.normal(0, 1, patch.shape)
                         * noise * NOISE_SIGMA_MAX)
    if rng.random() < 0.7:
        jpeg = rng.uniform(0.05, 1)
        buffer = io.BytesIO()
        quality = round(100 - jpeg * (100 - JPEG_QUALITY_MIN))
        Image.fromarray(patch).save(buffer, "jpeg", quality=quality)
        patch = np.array(Image.open(buffer))
    return patch, noise, jpeg


class picture_pool:
    """Pictures and their reductions in memory, loaded as they are needed."""

    def __init__(self, folder, recipe):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.recipe = folder, recipe
        kernels = DOWNSCALES[recipe["mix"]]
        self.kernels = [kernel for kernel, _ in kernels]
        self.shares = np.cumsum([share for _, share in kernels])
        self.high, self.low = [], []

    def need(self, count):
        while len(self.high) < count:
            picture = stored_picture(self.folder, self.recipe["seed"],
                                     len(self.high))
            self.high.append(picture)
            self.low.append([reduce(picture, self.recipe["factor"], kernel)
                             for kernel in self.kernels])

    def batch(self, iteration, halo):
        """Float32 low planes and high target; a function of the iteration."""
        recipe = self.recipe
        rng = dead_leaves.generator(recipe["seed"], iteration, stream=1)
        count = min(PICTURES, PICTURES_FIRST + iteration // 10)
        self.need(count)
        factor, side = recipe["factor"], recipe["patch"] + 2 * halo
        planes, targets = [], []
        for _ in range(recipe["batch"]):
            index = rng.integers(count)
            kernel = int(np.searchsorted(self.shares, rng.random()))
            low = self.low[index][min(kernel, len(self.kernels) - 1)]
            top, left = rng.integers(0, low.shape[0] - side + 1, 2)
            patch = low[top:top + side, left:left + side]
            rows, columns = ((start + halo) * factor for start in (top, left))
            span = recipe["patch"] * factor
            target = self.high[index][rows:rows + span,
                                      columns:columns + span]
            turns, mirrored = rng.integers(4), rng.random() < 0.5
            patch, target = (np.rot90(p.T if mirrored else p, turns)
                             for p in (patch, target))
            stack = [patch]
            if recipe["levels"]:
                patch, noise, jpeg = degraded(rng, np.ascontiguousarray(patch))
                stack = [patch, np.full(patch.shape, noise * 255),
                         np.full(patch.shape, jpeg * 255)]
            planes.append(np.stack(stack))
            targets.append(target[None])
        return (np.stack(planes).astype(np.float32) / 255,
                np.stack(targets).astype(np.float32) / 255)


def main():
    """Fills the pool in advance: pictures.py FOLDER SEED."""
    folder, seed = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    for index in range(PICTURES):
        stored_picture(folder, seed, index)


if __name__ == "__main__":
    main()
