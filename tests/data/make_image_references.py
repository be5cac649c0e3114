#!/usr/bin/env python3
"""Writes what the image code is tested against, by Pillow and numpy.

Run it in the folder of this script, with Debian's python3-pil and
python3-numpy; its output is committed. It makes:

  image_references.txt   CRC-32 of Pillow's result for 300 sizes x 4 filters on
                         pictures of `noise`, in modes RGBX and F; two whole
                         results; PDQ
                         and pHash of 12 of them; CRC-32 of pixels and tensors of every recipe
                         for every file below; the same for the photographs in
                         ../../../shared/media, where that folder is
  images/                small files in every mode the codecs know
"""
import argparse
import glob
import io
import os
import zlib

import numpy as np
from PIL import Image, ImageOps

FILTERS = {"box": Image.BOX, "bilinear": Image.BILINEAR,
           "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def noise(count, seed):
    """Bytes that C++ makes alike: a hash of the index."""
    x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761)
    x += np.uint32(seed * 40503 & 0xFFFFFFFF)
    x ^= x >> np.uint32(15)
    x *= np.uint32(2246822519)
    x ^= x >> np.uint32(13)
    return (x & np.uint32(255)).astype(np.uint8)


def picture(width, height, seed):
    """Noise on the left, hard edges on the right."""
    a = noise(width * height * 4, seed).reshape(height, width, 4).copy()
    edges = ((np.arange(width)[None, :] // 3 + np.arange(height)[:, None] // 5)
             % 2 * 255).astype(np.uint8)
    half = width // 2
    a[:, half:, :] = edges[:, half:, None]
    return a


def crc(data):
    return "%08x" % (zlib.crc32(np.ascontiguousarray(data).tobytes()))


def resized_rgbx(a, size, which):
    image = Image.frombytes("RGBX", (a.shape[1], a.shape[0]), a.tobytes())
    return np.frombuffer(image.resize(size, which).tobytes(), np.uint8)


def resized_float(a, size, which):
    plane = a[:, :, 0].astype(np.float32) / np.float32(7)
    image = Image.fromarray(plane, "F")
    return np.asarray(image.resize(size, which), dtype=np.float32)


def write_sizes(out):
    draw = np.random.RandomState(353)
    for case in range(300):
        most = 400 if case % 10 == 0 else 120
        w, h, ow, oh = (int(v) for v in draw.randint(1, most, 4))
        if case % 25 == 1:
            ow = w
        if case % 25 == 2:
            oh = h
        if case % 50 == 3:
            w, ow = 3000 + case, 1 + case % 7
        a = picture(w, h, case)
        for name, which in FILTERS.items():
            out.write("resize %d %d %d %d %d %s %s %s\n" % (
                case, w, h, ow, oh, name,
                crc(resized_rgbx(a, (ow, oh), which)),
                crc(resized_float(a, (ow, oh), which))))


def write_arrays(out):
    for case, (w, h, ow, oh, name) in enumerate(
            [(9, 7, 4, 5, "bicubic"), (5, 4, 8, 7, "lanczos")]):
        data = resized_rgbx(picture(w, h, case), (ow, oh), FILTERS[name])
        out.write("array %d %d %d %d %d %s %s\n" % (
            case, w, h, ow, oh, name, data.tobytes().hex()))


# -- hashes --------------------------------------------------------------------

def box_means(a, length):
    """Means along the rows' axis over `length` neighbours, fewer at the ends."""
    ahead = (length + 2) // 2 - 1
    behind = length - ahead
    return np.stack([a[max(0, i - behind + 1):i + ahead + 1].mean(axis=0)
                     for i in range(len(a))])


def pdq(a):
    """The appendix on PDQ of Facebook's paper, in double precision."""
    luma = a[..., :3].astype(np.float64) @ np.array([.299, .587, .114])
    for _ in range(2):
        luma = box_means(luma, (luma.shape[0] + 127) // 128)
        luma = box_means(luma.T, (luma.shape[1] + 127) // 128).T
    place = [[int((i + 0.5) * side / 64) for i in range(64)]
             for side in luma.shape]
    s = luma[np.ix_(*place)]
    steps = [np.trunc((p - q) * 100 / 255) for p, q in
             ((s[:-1], s[1:]), (s[:, :-1], s[:, 1:]))]
    quality = min(100, int(sum(np.abs(d).sum() for d in steps) / 90))
    i, j = np.mgrid[0:16, 0:64]
    d = np.sqrt(2 / 64) * np.cos(np.pi / 128 * (i + 1) * (2 * j + 1))
    c = (d @ s @ d.T).ravel()
    median = np.sort(c)[127]
    bits = sum(1 << k for k in range(256) if c[k] > median)
    return "%064x" % bits, quality


def phash(a):
    """As the package imagehash: grey, Lanczos to 32 x 32, 8 x 8 lowest."""
    grey = Image.fromarray(np.ascontiguousarray(a[..., :3]), "RGB").convert("L")
    small = np.asarray(grey.resize((32, 32), Image.LANCZOS), np.float64)
    k, n = np.mgrid[0:8, 0:32]
    d = np.cos(np.pi / 64 * k * (2 * n + 1))
    low = d @ small @ d.T
    bits = (low > np.median(low)).ravel()
    return "%016x" % int("".join("1" if b else "0" for b in bits), 2)


def write_hashes(out):
    for case in range(12):
        w, h = 40 + 37 * case, 480 - 31 * case
        a = picture(w, h, case)
        bits, quality = pdq(a)
        out.write("hash %d %d %d %s %d %s\n" % (case, w, h, bits, quality,
                                                phash(a)))


# -- recipes -------------------------------------------------------------------

IMAGENET = ((.485, .456, .406), (.229, .224, .225))
CLIP = ((.48145466, .4578275, .40821073), (.26862954, .26130258, .27577711))
RECIPES = {
    "imagenet": ("shortest", 256, 224, "bilinear", IMAGENET),
    "clip": ("shortest", 224, 224, "bicubic", CLIP),
    "dinov2": ("shortest", 256, 224, "bicubic", IMAGENET),
    "siglip": ("squash", 224, 224, "bicubic", ((.5,) * 3, (.5,) * 3)),
    "tf": ("squash", 224, 224, "bilinear", None),
    "caffe": ("shortest", 256, 224, "bilinear", None),
    "letterbox": ("letterbox", 640, 640, "bilinear", None),
}


def pixels(image, recipe):
    """torchvision's sizes and crops; letterbox as YOLO-type models do it."""
    kind, side, crop, name, _ = RECIPES[recipe]
    which, (w, h) = FILTERS[name], image.size
    if kind == "squash":
        return np.asarray(image.resize((side, side), which))
    if kind == "letterbox":
        r = min(side / w, side / h)
        nw, nh = max(1, round(w * r)), max(1, round(h * r))
        left = round((side - nw) / 2 - 0.1)
        top = round((side - nh) / 2 - 0.1)
        a = np.full((side, side, 3), 114, np.uint8)
        a[top:top + nh, left:left + nw] = np.asarray(
            image.resize((nw, nh), which))
        return a
    if w <= h:
        nw, nh = side, int(side * h / w)
    else:
        nw, nh = int(side * w / h), side
    left, top = int(round((nw - crop) / 2.0)), int(round((nh - crop) / 2.0))
    a = np.asarray(image.resize((nw, nh), which))
    return a[top:top + crop, left:left + crop]


def tensor(a, recipe):
    """Each formula in single precision, in the order it is written."""
    f = a.astype(np.float32)
    if recipe == "tf":
        return f / np.float32(127.5) - np.float32(1)
    if recipe == "caffe":
        f = f[:, :, ::-1] - np.array([103.939, 116.779, 123.68], np.float32)
        return f.transpose(2, 0, 1)
    f = f / np.float32(255)
    if recipe != "letterbox":
        mean, std = RECIPES[recipe][4]
        f = (f - np.array(mean, np.float32)) / np.array(std, np.float32)
    return f.transpose(2, 0, 1)


def decoded(path):
    """What our codecs promise, said with Pillow: upright, sRGB untouched,
    alpha on white. 16-bit grey keeps its high byte."""
    image = Image.open(path)
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.int64) >> 8
        image = Image.fromarray(grey.astype(np.uint8), "L")
    image = ImageOps.exif_transpose(image)
    alpha = image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info
    if not alpha:
        return image.convert("RGB")
    a = np.asarray(image.convert("RGBA")).astype(np.int64)
    white = (a[..., :3] * a[..., 3:] + 255 * (255 - a[..., 3:]) + 127) // 255
    return Image.fromarray(white.astype(np.uint8), "RGB")


def write_files(out, word, paths):
    for path in sorted(paths):
        image = decoded(path)
        out.write("%s %s %d %d %s" % (word, os.path.basename(path), image.width,
                                      image.height, crc(np.asarray(image))))
        for recipe in RECIPES:
            a = pixels(image, recipe)
            out.write(" %s %s" % (crc(a), crc(tensor(a, recipe))))
        out.write("\n")


# -- the files -----------------------------------------------------------------

def scene(width, height):
    y, x = np.mgrid[0:height, 0:width]
    r = 128 + 100 * np.sin(x / 7.0) * np.cos(y / 5.0)
    g = 255.0 * x / width
    b = 255.0 * (((x - width / 3) ** 2 + (y - height / 2) ** 2)
                 < (height / 3) ** 2)
    return np.stack([r, g, b], -1).clip(0, 255).astype(np.uint8)


def exif(orientation):
    data = Image.Exif()
    data[274] = orientation
    return data.tobytes()


def without_adobe(data):
    """The JPEG without its APP14 segment."""
    at = data.index(b"\xff\xee")
    length = int.from_bytes(data[at + 2:at + 4], "big")
    return data[:at] + data[at + 2 + length:]


def write_jpegs(folder, image):
    save = lambda name, i, **how: i.save(f"{folder}/{name}.jpg", **how)
    save("baseline", image, quality=80)
    save("progressive", image, quality=80, progressive=True)
    save("grey", image.convert("L"), quality=80)
    save("full_chroma", image, quality=95, subsampling=0)
    save("cmyk", image.convert("CMYK"), quality=80)
    with open(f"{folder}/cmyk.jpg", "rb") as file:
        data = file.read()
    with open(f"{folder}/cmyk_without_adobe.jpg", "wb") as file:
        file.write(without_adobe(data))
    for way in range(1, 9):
        save(f"orientation_{way}", image, quality=70, exif=exif(way))
    save("broken_icc", image, quality=80, icc_profile=b"no profile" * 20)


def write_pngs(folder, image, a):
    save = lambda name, i, **how: i.save(f"{folder}/{name}.png", **how)
    h, w = a.shape[:2]
    alpha = (np.mgrid[0:h, 0:w][1] * 255 // w).astype(np.uint8)
    save("rgb", image)
    save("rgba", Image.fromarray(np.dstack([a, alpha]), "RGBA"))
    save("grey", image.convert("L"))
    save("grey_alpha", Image.fromarray(
        np.dstack([a[..., 0], alpha]), "LA"))
    save("palette", image.quantize(40))
    save("palette_alpha", image.quantize(12), transparency=3)
    save("one_bit", image.convert("1"))
    deep = a[..., 0].astype(np.uint16) * 257 ^ 0x5A
    save("grey_16", Image.fromarray(deep.astype(np.uint16)))


def chunk(kind, data):
    return (len(data).to_bytes(4, "big") + kind + data
            + zlib.crc32(kind + data).to_bytes(4, "big"))


def bare_png(samples, depth, interlaced):
    """An RGB PNG of kinds that Pillow does not write: each pass of Adam7, or
    the whole, as unfiltered rows."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
              (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    h, w = samples.shape[:2]
    rows = b""
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        for row in samples[y::dy, x::dx]:
            if row.size:
                rows += b"\0" + row.tobytes()
    header = (w.to_bytes(4, "big") + h.to_bytes(4, "big")
              + bytes([depth, 2, 0, 0, 1 if interlaced else 0]))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def write_bare_pngs(folder, a):
    deep = (a.astype(np.uint16) * 257 ^ 0x33).astype(">u2")
    for name, samples, depth, interlaced in [
            ("interlaced", a, 8, True), ("rgb_16", deep, 16, False)]:
        with open(f"{folder}/{name}.png", "wb") as file:
            file.write(bare_png(samples, depth, interlaced))


def write_small_files(folder):
    os.makedirs(folder, exist_ok=True)
    a = scene(61, 47)
    image = Image.fromarray(a, "RGB")
    write_jpegs(folder, image)
    write_pngs(folder, image, a)
    write_bare_pngs(folder, a)
    image.save(f"{folder}/lossless.webp", lossless=True)
    image.save(f"{folder}/lossy.webp", quality=60)
    alpha = Image.open(f"{folder}/rgba.png")
    alpha.save(f"{folder}/alpha.webp", lossless=True)
    image.save(f"{folder}/animated.webp", save_all=True, lossless=True,
               append_images=[image.rotate(180)], duration=100)
    image.save(f"{folder}/one_frame.gif")
    image.save(f"{folder}/plain.tiff")
    image.save(f"{folder}/plain.bmp")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--media", default="../../../shared/media")
    media = arguments.parse_args().media
    write_small_files("images")
    with open("image_references.txt", "w") as out:
        write_sizes(out)
        write_arrays(out)
        write_hashes(out)
        readable = [p for p in glob.glob("images/*")
                    if p.endswith((".jpg", ".png", ".webp"))]
        write_files(out, "file", readable)
        write_files(out, "media", glob.glob(media + "/images/*.png")
                    + glob.glob(media + "/image_modes/*.*"))


if __name__ == "__main__":
    main()
