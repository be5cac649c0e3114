"""Procedural training pictures: opaque leaves of many sizes laid one behind
the other, with textures, strokes and the blur of a lens.

One picture is a pure function of (seed, index): a counter-based generator is
keyed by both, so pictures can be made in any order, by any process. Only
luma is made, because the networks see nothing else.

The size law r^-3 gives the scale-free statistics of natural pictures (Lee,
Mumford, Huang 2001; Gousseau, Roueff 2007); textured leaves and a camera
follow Achddou et al. 2025. All figures below are free parameters, set so
that bicubic reduction loses as much as it is published to lose on natural
test sets (29.6 dB at x2, 26.0 dB at x4), not fitted to any picture.
"""
import numpy as np

from resample import resize, to_bytes

CANVAS = 768
"""Side of the supersampled canvas; the picture has half of it."""


def generator(seed, index, stream=0):
    """Counter-based random numbers for one picture of one seed."""
    key = np.array([seed, (stream << 40) | index], np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


# -- textures --------------------------------------------------------------


def power_law_noise(rng, side, slope, stretch):
    """Unit-variance noise with amplitude 1/f^slope; stretch > 1 orients it."""
    fy = np.fft.fftfreq(side)[:, None]
    fx = np.fft.rfftfreq(side)[None, :]
    f = np.sqrt((fy * stretch) ** 2 + fx ** 2)
    f[0, 0] = 1
    phase = rng.uniform(0, 2 * np.pi, f.shape)
    size = rng.rayleigh(1.0, f.shape) * f ** -slope
    size[0, 0] = 0
    size[f < 2.0 / side] = 0
    noise = np.fft.irfft2(size * np.exp(1j * phase), (side, side))
    return (noise / noise.std()).astype(np.float32)


class texture_bank:
    """A few noise tiles per picture; a leaf takes a random window of one."""

    SIDE = 512

    def __init__(self, rng):
        self.tiles = []
        for _ in range(4):
            slope = rng.uniform(0.0, 1.3)
            stretch = 1.0 if rng.random() < 0.5 else rng.uniform(2, 8)
            tile = power_law_noise(rng, self.SIDE, slope, stretch)
            if rng.random() < 0.25:
                tile = np.sign(tile) * np.sqrt(np.abs(tile))
            self.tiles.append(tile)
            self.tiles.append(np.ascontiguousarray(tile.T))

    def window(self, rng, height, width):
        tile = self.tiles[rng.integers(len(self.tiles))]
        top, left = rng.integers(0, self.SIDE, 2)
        rows = (top + np.arange(height)) % self.SIDE
        columns = (left + np.arange(width)) % self.SIDE
        return tile[rows[:, None], columns[None, :]]


def grating(rng, x, y, radius):
    """Stripes, grids or checks in -1..1, sinusoid or square, maybe tilted
    in perspective. Periods are in canvas samples (two per picture pixel)."""
    angle = rng.uniform(0, np.pi) if rng.random() > 0.3 else 0.0
    u = np.cos(angle) * x + np.sin(angle) * y
    v = -np.sin(angle) * x + np.cos(angle) * y
    if rng.random() < 0.4:
        tilt = rng.uniform(-0.6, 0.6) / max(radius, 8)
        w = np.maximum(1 + tilt * v, 0.3)
        u, v = u / w, v / w
    period = np.exp(rng.uniform(np.log(4.5), np.log(60)))
    if rng.random() < 0.16:
        sway = rng.uniform(0.1, 0.5) * period
        u = u + sway * np.sin(v * (2 * np.pi / rng.uniform(10, 80)))
    wave = np.sin(u * np.float32(2 * np.pi / period))
    kind = rng.random()
    if kind < 0.4:
        aspect = np.exp(rng.uniform(-1, 1))
        other = np.sin(v * np.float32(2 * np.pi * aspect / period))
        if kind < 0.2:
            wave = wave * other
        else:
            wave = np.maximum(wave, other)
    if rng.random() < 0.6:
        bias = rng.uniform(-0.8, 0.8)
        sharpness = rng.uniform(2, 12)
        wave = np.clip((wave - bias) * sharpness, -1, 1)
    return wave


def texture(rng, bank, x, y, radius):
    """A zero-mean pattern of about unit swing over the leaf's window."""
    kind = rng.random()
    if kind < 0.60:
        return bank.window(rng, *x.shape)
    if kind < 0.82:
        return grating(rng, x, y, radius)
    mask = bank.window(rng, *x.shape) > rng.uniform(-0.7, 0.7)
    return np.where(mask, bank.window(rng, *x.shape),
                    grating(rng, x, y, radius))


# -- leaves ----------------------------------------------------------------


def shape_reach(kind, aspect):
    """Half-diagonal of the leaf's window in units of its radius."""
    return {"bar": 1.0, "blob": 1.45}.get(kind, 1.0) * max(1.0, aspect)


def inside(rng, kind, u, v, radius, aspect):
    """Boolean mask of a leaf in its own coordinates u, v."""
    if kind == "ellipse":
        return (u / aspect) ** 2 + v ** 2 < radius ** 2
    if kind in ("rectangle", "bar"):
        return (np.abs(u) < radius * aspect * 0.8) & (np.abs(v) < radius * 0.8)
    if kind == "polygon":
        sides = rng.integers(3, 7)
        turns = (np.arange(sides) + rng.uniform(-0.3, 0.3, sides)) \
            * (2 * np.pi / sides)
        mask = None
        for turn in turns:
            edge = np.cos(turn) * u + np.sin(turn) * v \
                < radius * rng.uniform(0.45, 0.9)
            mask = edge if mask is None else mask & edge
        return mask
    turn = np.arctan2(v, u)
    bound = np.ones_like(u)
    for harmonic in range(2, 7):
        bound += rng.normal(0, 0.35 / harmonic) \
            * np.cos(harmonic * turn + rng.uniform(0, 2 * np.pi))
    return u * u + v * v < (radius * np.clip(bound, 0.3, 1.4)) ** 2


class painter:
    """Lays leaves front to back on one canvas until it is covered."""

    def __init__(self, rng):
        self.rng = rng
        self.free = np.ones((CANVAS, CANVAS), bool)
        self.canvas = np.zeros((CANVAS, CANVAS), np.float32)
        self.depth = np.zeros((CANVAS, CANVAS), np.float32)
        self.bank = texture_bank(rng)
        self.textured = rng.uniform(0.5, 1.0)
        self.strength = np.exp(rng.normal(np.log(0.10), 0.5))
        self.contrast = rng.uniform(0.15, 0.7)
        self.palette = 0.5 + self.contrast * (rng.beta(2, 2.5, 16) - 0.5) \
            + rng.normal(0, 0.08)
        self.spread = abs(rng.normal(0, 0.06))

    def level(self):
        rng = self.rng
        if rng.random() < 0.07:
            return rng.uniform(0, 1)
        return self.palette[rng.integers(16)] + rng.normal(0, self.spread)

    def place(self, kind, centre, radius, aspect, angle, depth):
        """Paints what is still free under one leaf."""
        reach = shape_reach(kind, aspect) * radius * 1.05 + 2
        top = max(int(centre[0] - reach), 0)
        left = max(int(centre[1] - reach), 0)
        bottom = min(int(centre[0] + reach) + 1, CANVAS)
        right = min(int(centre[1] + reach) + 1, CANVAS)
        if top >= bottom or left >= right:
            return
        window = (slice(top, bottom), slice(left, right))
        free = self.free[window]
        if not free.any():
            return
        y = (np.arange(top, bottom, dtype=np.float32)
             - np.float32(centre[0]))[:, None]
        x = (np.arange(left, right, dtype=np.float32)
             - np.float32(centre[1]))[None, :]
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        u, v = c * x + s * y, c * y - s * x
        mask = inside(self.rng, kind, u, v, radius, aspect) & free
        if not mask.any():
            return
        fill = self.fill(u, v, radius)
        self.canvas[window][mask] = \
            fill[mask] if isinstance(fill, np.ndarray) else fill
        self.depth[window][mask] = depth
        free[mask] = False

    def fill(self, u, v, radius):
        rng = self.rng
        value = np.float32(self.level())
        if rng.random() < 0.5:
            slope = rng.normal(0, 0.25, 2) / max(radius, 12)
            value = value + np.float32(slope[0]) * u + np.float32(slope[1]) * v
        if radius > 3 and rng.random() < self.textured:
            swing = np.float32(self.strength * np.exp(rng.normal(0, 0.6)))
            value = value + swing * texture(rng, self.bank, u, v, radius)
        return value

    def leaf(self, radius_min, radius_max, alpha, depth):
        """One leaf of the power law, by inversion of its distribution."""
        rng = self.rng
        a = 1 - alpha
        radius = (radius_min ** a + rng.random()
                  * (radius_max ** a - radius_min ** a)) ** (1 / a)
        margin = min(radius, 200)
        centre = rng.uniform(-margin, CANVAS + margin, 2)
        angle = 0.0 if rng.random() < 0.25 else rng.uniform(0, 2 * np.pi)
        pick = rng.random()
        if pick < 0.08:
            bar = max(radius * 0.25, 1.5)
            self.place("bar", centre, bar, rng.uniform(6, 25), angle, depth)
            return
        kind = ("ellipse", "rectangle", "polygon",
                "blob")[int((pick - 0.08) / 0.23) % 4]
        aspect = np.exp(rng.uniform(-0.7, 0.7)) if kind != "blob" else 1.0
        self.place(kind, centre, radius, aspect, angle, depth)

    def strokes(self):
        """Rows of small marks, like writing, wires, twigs and window bars."""
        rng = self.rng
        for _ in range(rng.integers(1, 5)):
            step = rng.uniform(7, 26)
            angle = 0.0 if rng.random() < 0.5 else rng.uniform(0, np.pi)
            along = np.array([np.sin(angle), np.cos(angle)])
            across = np.array([along[1], -along[0]])
            start = rng.uniform(0, CANVAS, 2)
            thin = rng.uniform(1.0, 3.5)
            upright = rng.random() < 0.5
            for row in range(rng.integers(1, 6)):
                for column in range(rng.integers(6, 30)):
                    at = start + along * column * step \
                        + across * row * step * 2 + rng.normal(0, 1.0, 2)
                    turn = angle + rng.integers(0, 4) * np.pi / 4 \
                        if not upright else angle + np.pi / 2
                    self.place("bar", at, thin, step / thin
                               * rng.uniform(0.3, 0.9), turn, 0.2)


# -- a whole picture -------------------------------------------------------


def blur(picture, sigma):
    """Gaussian blur by FFT with the border mirrored."""
    margin = int(4 * sigma) + 1
    wide = np.pad(picture, margin, mode="symmetric")
    fy = np.fft.fftfreq(wide.shape[0])[:, None]
    fx = np.fft.rfftfreq(wide.shape[1])[None, :]
    gain = np.exp(-2 * (np.pi * sigma) ** 2 * (fy ** 2 + fx ** 2))
    out = np.fft.irfft2(np.fft.rfft2(wide) * gain, wide.shape)
    return out[margin:-margin, margin:-margin].astype(np.float32)


def picture(seed, index):
    """uint8 luma picture [CANVAS/2][CANVAS/2]."""
    rng = generator(seed, index)
    paint = painter(rng)
    if rng.random() < 0.5:
        paint.strokes()
    alpha = rng.uniform(2.5, 3.3)
    radius_min = rng.choice([3, 4, 6, 10, 16],
                            p=[0.06, 0.14, 0.25, 0.3, 0.25])
    radius_max = rng.uniform(150, 500)
    enough = 0.002 * CANVAS * CANVAS
    for leaf in range(12000):
        if leaf % 64 == 0 and paint.free.sum() < enough:
            break
        paint.leaf(radius_min, radius_max, alpha, min(leaf / 3000, 1.0))
    canvas = paint.canvas
    canvas[paint.free] = paint.level()
    if rng.random() < 0.3:
        focus, blurred = rng.uniform(0, 1), blur(canvas, rng.uniform(0.8, 5))
        share = np.clip(np.abs(paint.depth - focus) * 2, 0, 1)
        canvas = canvas * (1 - share) + blurred * share
    canvas = blur(canvas, rng.uniform(0.3, 0.8))
    small = resize(canvas, CANVAS // 2, CANVAS // 2, "bicubic")
    grain = rng.normal(0, 1, small.shape) * rng.choice([0, 0.002, 0.006])
    gamma = np.exp(rng.normal(0, 0.25))
    small = np.clip(small, 0, 1) ** gamma + grain
    return to_bytes(small * 255)
