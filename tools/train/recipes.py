"""The weight sets: what each is trained on, how large it is, for how long."""

TIERS = {"fast": (16, 4), "default": (32, 5), "best": (48, 8)}
"""Channels and number of inner 3x3 convolutions."""

DOWNSCALES = {
    "bicubic": (("bicubic", 1.0),),
    "natural": (("bicubic", 0.5), ("box_linear", 0.2),
                ("lanczos3", 0.15), ("bilinear", 0.15)),
}
"""How low resolution comes about: kernels of resample.reduce and shares."""

NOISE_SIGMA_MAX = 15.0
"""Noise of level 1 in units of 1/255."""

JPEG_QUALITY_MIN = 30
"""JPEG quality of level 1; level 0 is quality 100, that is, no JPEG."""

BUDGETS = {"fast": (60000, 8), "default": (60000, 8), "best": (60000, 8)}
"""Iterations and patches per iteration."""

PATCH = 32
"""Side of the low-resolution square whose enlargement is compared."""

PICTURES = 400
"""Training pictures; iteration t draws from the first PICTURES_FIRST + t/10,
so that a run (and --verify) starts before all of them are made."""

PICTURES_FIRST = 40

VALIDATION = 12
"""Pictures never trained on, for the log."""


def recipe(name, iterations=None):
    """Everything a run depends on, from a name like `natural-default-x2`."""
    mix, tier, factor = name.split("-")
    channels, inner = TIERS[tier]
    budget, batch = BUDGETS[tier]
    return {"name": name, "mix": mix, "factor": int(factor[1:]),
            "channels": channels, "inner": inner, "seed": 20240917,
            "levels": mix == "natural", "iterations": iterations or budget,
            "batch": batch, "patch": PATCH, "rate": 2e-3, "rate_end": 1e-5,
            "warm_up": 200, "average": 0.999, "squared_share": 0.2}
