"""The network under training: plain 3x3 convolutions with PReLU, the input
repeated under a pixel shuffle.

Each convolution is held as the product of a wide 3x3 and a 1x1 (plus the
identity where shapes allow) and is multiplied out before every step, so that
training sees the wide form and inference only ever sees one plain kernel.
Convolutions are unpadded: a picture is mirrored at its border by `halo`
samples once, before the first layer.
"""
import torch
import torch.nn.functional as F


class wide_convolution(torch.nn.Module):
    """A 3x3 convolution whose kernel is a product of two."""

    def __init__(self, inputs, outputs, gain):
        super().__init__()
        wide = max(64, 4 * outputs)
        self.identity = inputs == outputs
        self.first = torch.nn.Parameter(
            torch.randn(wide, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5)
        self.second = torch.nn.Parameter(
            torch.randn(outputs, wide) * gain / wide ** 0.5)
        self.bias = torch.nn.Parameter(torch.zeros(outputs))

    def kernel(self, dtype=torch.float32):
        """The plain kernel [outputs][inputs][3][3]."""
        first, second = self.first.to(dtype), self.second.to(dtype)
        product = (second @ first.flatten(1)).view(
            second.shape[0], *first.shape[1:])
        if self.identity:
            centre = torch.eye(second.shape[0], dtype=dtype)
            product = product + F.pad(centre[:, :, None, None], (1, 1, 1, 1))
        return product


class upscale_network(torch.nn.Module):
    """Luma in 0..1 -> luma enlarged by the factor."""

    def __init__(self, recipe):
        super().__init__()
        self.factor = recipe["factor"]
        channels, inner = recipe["channels"], recipe["inner"]
        inputs = 3 if recipe["levels"] else 1
        shapes = [(inputs, channels)] + [(channels, channels)] * inner \
            + [(channels, self.factor ** 2)]
        gains = [1.0] + [0.4] * inner + [0.1]
        self.layers = torch.nn.ModuleList(
            wide_convolution(*shape, gain)
            for shape, gain in zip(shapes, gains))
        self.slopes = torch.nn.ParameterList(
            torch.nn.Parameter(torch.full((channels,), 0.2))
            for _ in range(inner + 1))
        self.halo = len(shapes)

    def folded(self, dtype=torch.float32):
        """Plain tensors: per layer (kernel, bias, slope or None)."""
        slopes = [slope.to(dtype) for slope in self.slopes] + [None]
        return [(layer.kernel(dtype), layer.bias.to(dtype), slope)
                for layer, slope in zip(self.layers, slopes)]


def run(folded, factor, planes):
    """Applies folded layers to [batch][planes][h + 2 halo][w + 2 halo]."""
    halo = len(folded)
    skip = planes[:, :1, halo:-halo, halo:-halo]
    value = planes
    for kernel, bias, slope in folded:
        value = F.conv2d(value, kernel, bias)
        if slope is not None:
            value = F.prelu(value, slope)
    return F.pixel_shuffle(value + skip, factor)
