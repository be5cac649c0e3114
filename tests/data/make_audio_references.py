#!/usr/bin/env python3
"""Writes audio_references.txt: what the timbre code is tested against.

Written from the definitions (librosa's documentation, Slaney's toolbox) in
double precision with numpy alone, independently of the C++ code. Run it with
the folder of this script as working directory; the output is committed.
Format: a line "name count", then that many numbers on one line.
"""
import numpy as np

RATE, LENGTH, HOP, MELS = 22050, 2048, 512, 128
BINS = LENGTH // 2 + 1


def signal():
    """1.5 s: two sines and noise; the first 0.3 s 120 dB lower (top_db)."""
    count = RATE * 3 // 2
    n = np.arange(count)
    seed, noise = 1, np.empty(count)
    for i in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        noise[i] = (seed - 2**32 if seed >= 2**31 else seed) / 2**31
    x = (0.3 * np.sin(2 * np.pi * 440 * n / RATE)
         + 0.2 * np.sin(2 * np.pi * 1234.5 * n / RATE) + 0.05 * noise)
    x[: RATE * 3 // 10] *= 1e-6
    return x.astype(np.float32).astype(np.float64)


def mel_bank():
    step = np.log(6.4) / 27
    to_mel = lambda f: np.where(f < 1000, f * 3 / 200,
                                15 + np.log(np.maximum(f, 1) / 1000) / step)
    to_hz = lambda m: np.where(m < 15, m * 200 / 3,
                               1000 * np.exp(step * (m - 15)))
    edge = to_hz(np.linspace(0, to_mel(np.array(RATE / 2)), MELS + 2))
    hz = np.arange(BINS) * RATE / LENGTH
    bank = np.zeros((MELS, BINS))
    for m in range(MELS):
        up = (hz - edge[m]) / (edge[m + 1] - edge[m])
        down = (edge[m + 2] - hz) / (edge[m + 2] - edge[m + 1])
        bank[m] = (np.maximum(0, np.minimum(up, down))
                   * 2 / (edge[m + 2] - edge[m]))
    return bank


def chroma_bank():
    hz = np.arange(1, LENGTH) * RATE / LENGTH
    pitch = 12 * np.log2(hz / 27.5)
    pitch = np.concatenate(([pitch[0] - 18], pitch))
    width = np.concatenate((np.maximum(np.diff(pitch), 1), [1]))
    distance = np.remainder(pitch[None] - np.arange(12)[:, None] + 126, 12) - 6
    bank = np.exp(-0.5 * (2 * distance / width) ** 2)
    bank /= np.sqrt((bank**2).sum(axis=0))
    bank *= np.exp(-0.5 * ((pitch / 12 - 5) / 2) ** 2)
    return np.roll(bank, -3, axis=0)[:, :BINS]


def main():
    out = open("audio_references.txt", "w")

    def write(name, values):
        values = np.ravel(values)
        out.write(f"{name} {len(values)}\n")
        out.write(" ".join(f"{v:.9g}" for v in values) + "\n")

    x = signal()
    padded = np.pad(x, LENGTH // 2)
    frames = 1 + len(x) // HOP
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(LENGTH) / LENGTH)
    power = np.array([np.abs(np.fft.rfft(
        window * padded[i * HOP:i * HOP + LENGTH]))**2
                      for i in range(frames)]).T
    active = power.sum(axis=0) > 1e-8 * LENGTH**2 * 0.5 * 0.375
    mel = mel_bank()
    db = 10 * np.log10(np.maximum(1e-10, mel @ power))
    db = np.maximum(db, db.max() - 80)
    k, n = np.arange(20)[:, None], np.arange(MELS)[None]
    basis = np.sqrt(2 / MELS) * np.cos(np.pi * k * (n + 0.5) / MELS)
    basis[0] /= np.sqrt(2)
    mfcc = basis @ db
    hz = np.arange(BINS) * RATE / LENGTH
    p, magnitude = power[:, active], np.sqrt(power[:, active])
    running = np.cumsum(magnitude, axis=0)
    rolloff = hz[np.argmax(running >= 0.85 * running[-1], axis=0)]
    floored = np.maximum(p, 1e-10)
    flatness = np.exp(np.log(floored).mean(axis=0)) / floored.mean(axis=0)
    chroma = chroma_bank() @ p
    chroma = (chroma / chroma.max(axis=0)).mean(axis=1)

    write("mel_first_bins", [np.flatnonzero(row)[0] for row in mel])
    write("mel_weights", np.concatenate([row[row > 0] for row in mel]))
    write("chroma_columns", chroma_bank()[:, ::32].T)
    write("frame_count", [frames])
    write("power_of_frame_40", power[::32, 40])
    write("mfcc_mean", mfcc.mean(axis=1))
    write("mfcc_std", mfcc.std(axis=1))
    write("centroid_hz", [((hz[:, None] * magnitude).sum(axis=0)
                           / magnitude.sum(axis=0)).mean()])
    write("rolloff_hz", [rolloff.mean()])
    write("flatness", [flatness.mean()])
    write("chroma", chroma / chroma.max())


if __name__ == "__main__":
    main()
