"""Separable resampling as MATLAB's imresize defines it, plus the other
downscale kernels that the `natural` weights are trained on.

Half-pixel centres, kernel stretched by the factor when reducing (antialias),
weights normalised, symmetric border. `reduce(..., "bicubic")` equals the
bicubic of the super-resolution literature bit for bit before rounding.
"""
import functools

import numpy as np


def cubic(x):
    """Keys' cubic with a = -0.5; support 4."""
    x = np.abs(x)
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))


def triangle(x):
    """Bilinear kernel; support 2."""
    return np.maximum(1 - np.abs(x), 0)


def lanczos3(x):
    """Lanczos window of three lobes; support 6."""
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


def box(x):
    """Mean of the covered samples; support 1."""
    return ((x >= -0.5) & (x < 0.5)).astype(np.float64)


KERNELS = {"bicubic": (cubic, 4), "bilinear": (triangle, 2),
           "lanczos3": (lanczos3, 6), "box": (box, 1)}


@functools.lru_cache(maxsize=64)
def weights(samples_in, samples_out, kernel):
    """Dense float64 [samples_out][samples_in] matrix of one axis."""
    shape, width = KERNELS[kernel]
    scale = samples_out / samples_in
    stretch = max(1.0, 1.0 / scale)
    centre = (np.arange(samples_out) + 0.5) / scale - 0.5
    reach = int(np.ceil(width * stretch / 2)) + 1
    first = np.floor(centre).astype(int) - reach
    tap = first[:, None] + np.arange(2 * reach + 2)[None, :]
    value = shape((centre[:, None] - tap) / stretch)
    value /= value.sum(1, keepdims=True)
    folded = np.mod(tap, 2 * samples_in)
    folded = np.where(folded < samples_in, folded,
                      2 * samples_in - 1 - folded)
    dense = np.zeros((samples_out, samples_in))
    np.add.at(dense, (np.arange(samples_out)[:, None], folded), value)
    return dense


def resize(picture, height, width, kernel):
    """Float64 picture of the given size; not rounded, not clipped."""
    rows = weights(picture.shape[0], height, kernel)
    columns = weights(picture.shape[1], width, kernel)
    return rows @ picture.astype(np.float64) @ columns.T


def to_bytes(picture):
    """Rounds half up and clips, as MATLAB's uint8() does."""
    return np.clip(np.floor(picture + 0.5), 0, 255).astype(np.uint8)


def to_linear(grey):
    """sRGB transfer function (IEC 61966-2-1) on 0..255 -> 0..1."""
    value = np.asarray(grey, np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92,
                    ((value + 0.055) / 1.055) ** 2.4)


def from_linear(light):
    """Inverse of to_linear()."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92,
                          1.055 * light ** (1 / 2.4) - 0.055)


def reduce(picture, factor, kernel):
    """uint8 picture reduced by an integer factor that divides its sides.

    `kernel` is one of KERNELS, or "box_linear": mean of factor x factor in
    linear light.
    """
    height, width = picture.shape[0] // factor, picture.shape[1] // factor
    if kernel == "box_linear":
        light = resize(to_linear(picture), height, width, "box")
        return to_bytes(from_linear(light))
    return to_bytes(resize(picture, height, width, kernel))
