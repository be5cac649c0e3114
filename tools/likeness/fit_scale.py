#!/usr/bin/env python3
"""Fits the constants of the audio embedding; needs numpy.

    fit_likeness measure --seed 1000 --tracks 10 > likeness.txt
    fit_scale.py < likeness.txt > domain/audio/likeness/embedding_scale.cpp

Each number gets its mean, its deviation over all halves, and as weight the
ratio of that deviation to the one between the halves of a track. Each block
gets the directions in which halves of one track differ most (the largest
eigenvectors of the within-track covariance of weighted scores), and what is
to be left of them: the root of the mean of all other variances over theirs.
"""

import sys

import numpy as np

BLOCKS = [(0, 152, 12), (152, 200, 6), (200, 224, 4), (224, 256, 6)]
WEIGHT_MAX = 12.0
STEP = 1e4


def read_halves(lines):
    parts = {}
    for line in lines:
        words = line.split()
        parts.setdefault(words[0], {})[words[1]] = np.array(
            [float(word) for word in words[2:]])
    pairs = [(p["first"], p["second"]) for p in parts.values()
             if "first" in p and "second" in p]
    return np.array(pairs)


def rows(values, per_line):
    return "\n".join("    " + ", ".join(values[i:i + per_line]) + ","
                     for i in range(0, len(values), per_line))


def main():
    pairs = read_halves(sys.stdin)
    both = pairs.reshape(-1, pairs.shape[2])
    mean = both.mean(axis=0)
    deviation = np.maximum(both.std(axis=0), 1e-6)
    apart = pairs[:, 0] - pairs[:, 1]
    within = np.sqrt((apart ** 2).mean(axis=0) / 2)
    weight = np.clip(deviation / np.maximum(within, 1e-9), 1.0, WEIGHT_MAX)
    scores = apart / deviation * weight
    covariance = scores.T @ scores / len(scores) / 2

    directions = []
    gains = []
    for begin, end, rank in BLOCKS:
        values, vectors = np.linalg.eigh(covariance[begin:end, begin:end])
        usual = values[:-rank].mean()
        for i in range(1, rank + 1):
            vector = vectors[:, -i]
            # Eigenvectors have no sign of their own.
            vector = vector * np.sign(vector[np.abs(vector).argmax()])
            directions += ["%d" % round(x * STEP) for x in vector]
            gains.append("%.4fF" % min(1.0, np.sqrt(usual / values[-i])))

    scale = ["{%.5eF, %.5eF, %.4fF}" % x for x in zip(mean, deviation, weight)]
    print("""#include "domain/audio/likeness/embedding_scale.hpp"

// Written by tools/likeness/fit_scale.py; see there. Do not edit.

namespace troupe::audio {

namespace {

// clang-format off
constexpr std::array<number_scale, likeness_numbers> numbers{{
%s
}};

// In units of 1e-4.
constexpr std::array<std::int16_t, nuisance_numbers> directions{
%s
};

constexpr std::array<float, nuisance_count> gains{
%s
};
// clang-format on

} // namespace

const embedding_scale& fitted_scale() noexcept {
  static constexpr embedding_scale scale{numbers, directions, gains};
  return scale;
}

} // namespace troupe::audio""" % (rows(scale, 2), rows(directions, 15),
                                   rows(gains, 8)))


main()
