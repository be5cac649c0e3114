#!/usr/bin/env python3
"""What bench/picture/image_bench.cpp is compared with: Pillow and numpy, the way that
model servers in Python prepare a picture for ImageNet models.

usage: image_peer.py FILE REPETITIONS
prints the median CPU time of one picture in milliseconds
"""
import io
import statistics
import sys
import time

import numpy as np
from PIL import Image

MEAN = np.array([.485, .456, .406], np.float32)
STD = np.array([.229, .224, .225], np.float32)


def prepare(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    w, h = image.size
    size = (256, int(256 * h / w)) if w <= h else (int(256 * w / h), 256)
    image = image.resize(size, Image.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    image = image.crop((left, top, left + 224, top + 224))
    a = np.asarray(image).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((a - MEAN) / STD).transpose(2, 0, 1))


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    times = []
    prepare(data)
    for _ in range(int(sys.argv[2])):
        start = time.thread_time()
        prepare(data)
        times.append((time.thread_time() - start) * 1e3)
    print("%.4f" % statistics.median(times))


if __name__ == "__main__":
    main()
