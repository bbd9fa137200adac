"""PyTorch's side of the benchmark: measures one piece of work for each line of JSON that comes in (worker.ts).

The network is written as PyTorch's users write it, each way as its manual advises: fused SGD, gradients set to None,
inference mode or frozen parameters in evaluation. Pixel work and OSCR follow the published reference code (backmix.py of
Vanixxz/BackMix and augtools.py of xyzedd/CSSR in a data loader without processes; compute_oscr of iCGY96/ARPL), which is
what a user has without us.
"""

import os
import platform
import random
import shutil
import sys

import numpy
import PIL
import torch
import torchvision
from measure import serve
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

CLASSES = 6
SIDE = 32  # pixels of the images that BackMix mixes
torch._dynamo.config.recompile_limit = 64  # each work compiles the same methods for its own batch
THREADS = int(sys.argv[1])
DEVICE = torch.device(sys.argv[2])  # "cpu" or "cuda:0"


def convolution(inside, out, side=3, stride=1):
    return nn.Conv2d(inside, out, side, stride, side // 2, bias=False)


def rectifier(slope):
    return nn.LeakyReLU(slope, inplace=True) if slope else nn.ReLU(inplace=True)


class BasicBlock(nn.Module):
    """Of the ResNets: normalisation after each convolution, ReLU after the sum."""

    def __init__(self, inside, out, stride, slope):
        super().__init__()
        self.residual = nn.Sequential(
            convolution(inside, out, 3, stride), nn.BatchNorm2d(out), rectifier(slope),
            convolution(out, out), nn.BatchNorm2d(out),
        )  # fmt: skip
        self.shortcut = nn.Identity()
        if stride != 1 or inside != out:
            self.shortcut = nn.Sequential(convolution(inside, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.residual(x) + self.shortcut(x), inplace=True)


class WideBlock(nn.Module):
    """Of WRN-40-4: normalisation before each convolution, but not at the input of a stage's first block."""

    def __init__(self, inside, out, stride, first):
        super().__init__()
        front = [] if first else [nn.BatchNorm2d(inside, momentum=0.001), rectifier(0.1)]
        self.residual = nn.Sequential(
            *front, convolution(inside, out, 3, stride),
            nn.BatchNorm2d(out, momentum=0.001), rectifier(0.1), convolution(out, out),
        )  # fmt: skip
        self.shortcut = convolution(inside, out, 1, stride) if first else nn.Identity()

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


# classifier32's layers by channels in, channels out, stride, and dropout before
CLASSIFIER32 = [
    (3, 64, 1, True), (64, 64, 1, False), (64, 128, 2, False),
    (128, 128, 1, True), (128, 128, 1, False), (128, 128, 2, False),
    (128, 128, 1, True), (128, 128, 1, False), (128, 128, 2, False),
]  # fmt: skip


def classifier32():
    layers = []
    for inside, out, stride, dropout in CLASSIFIER32:
        if dropout:
            layers.append(nn.Dropout2d(0.2))
        layers += [convolution(inside, out, 3, stride), nn.BatchNorm2d(out), nn.LeakyReLU(0.2)]
    return layers, 128


def resnet(blocks, slope):
    layers = [convolution(3, 64), nn.BatchNorm2d(64), rectifier(slope)]
    inside = 64
    for stage, (out, count) in enumerate(zip((64, 128, 256, 512), blocks)):
        for block in range(count):
            layers.append(BasicBlock(inside, out, 2 if stage > 0 and block == 0 else 1, slope))
            inside = out
    return layers, inside


def wide_resnet():
    layers = [convolution(3, 16), nn.BatchNorm2d(16, momentum=0.001), rectifier(0.1)]
    inside = 16
    for stage, out in enumerate((64, 128, 256)):
        for block in range(6):
            layers.append(WideBlock(inside, out, 2 if stage > 0 and block == 0 else 1, block == 0))
            inside = out
    return layers + [nn.BatchNorm2d(inside, momentum=0.001), rectifier(0.1)], inside


BACKBONES = {
    "classifier32": classifier32,
    "wide_resnet40_4": wide_resnet,
    "resnet18": lambda: resnet((2, 2, 2, 2), 0.01),
    "resnet34": lambda: resnet((3, 4, 6, 3), 0),
}


class Linear(nn.Module):
    """Softmax's layer, which is CSSR's Linear too."""

    cells = False  # whether it judges each cell of the map, or their mean

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(CLASSES, channels).uniform_(-1, 1) / channels**0.5)

    def forward(self, x):  # [B, channels] -> [B, CLASSES]
        return x @ self.weight.T

    def loss(self, x, labels):
        return F.cross_entropy(self(x), labels)


class Points(nn.Module):
    """GCPL's prototypes, or the reciprocal points and radius of RPL and ARPL."""

    cells = False

    def __init__(self, method, channels):
        super().__init__()
        self.method = method
        self.points = nn.Parameter(0.1 * torch.randn(CLASSES, channels))
        self.radius = nn.Parameter(torch.zeros(1)) if method != "gcpl" else None

    def distance(self, x):  # [B, channels] -> [B, CLASSES]
        return (x.square().sum(1, True) + self.points.square().sum(1) - 2 * x @ self.points.T) / x.shape[1]

    def loss(self, x, labels):
        distance, near = self.distance(x), (x - self.points[labels]).square().mean(1)
        if self.method == "gcpl":
            return F.cross_entropy(-distance, labels) + 0.05 * near.mean()
        if self.method == "rpl":
            return F.cross_entropy(distance, labels) + 0.1 * (near - self.radius).square().mean()
        return F.cross_entropy(distance - x @ self.points.T, labels) + 0.1 * F.relu(near - self.radius + 1).mean()


class AutoEncoders(nn.Module):
    """CSSR's, one for each class; a class explains what its own reconstructs (PCSSR, sign -1) or what it cannot (1)."""

    cells = True

    def __init__(self, sign, channels):
        super().__init__()
        self.sign = sign
        layers = lambda: (nn.Conv2d(channels, 64, 1, bias=False), nn.Tanh(), nn.Conv2d(64, channels, 1, bias=False))
        self.classes = nn.ModuleList(nn.Sequential(*layers()) for _ in range(CLASSES))

    def loss(self, x, labels):  # [B, channels, height, width]
        errors = torch.stack([(one(x) - x).abs().sum(1) for one in self.classes], 1)
        shares = F.softmax((self.sign * 0.1 * errors).clamp(-100, 100), 1)
        return F.nll_loss(shares.mean((2, 3)).log(), labels)


HEADS = {
    "softmax": Linear,
    "gcpl": lambda channels: Points("gcpl", channels),
    "rpl": lambda channels: Points("rpl", channels),
    "arpl": lambda channels: Points("arpl", channels),
    "pcssr": lambda channels: AutoEncoders(-1, channels),
    "rcssr": lambda channels: AutoEncoders(1, channels),
}


class Network(nn.Module):
    """A backbone with a method's layers on its map or on the map's mean."""

    def __init__(self, backbone, method):
        super().__init__()
        layers, channels = BACKBONES[backbone]()
        self.features = nn.Sequential(*layers)
        self.head = HEADS[method](channels)

    def seen(self, images):  # [B, 3, side, side]
        map = self.features(images)
        return map if self.head.cells else map.mean((2, 3))

    def forward(self, images):
        return self.head(self.seen(images))

    def loss(self, images, labels):
        return self.head.loss(self.seen(images), labels)

    def maps(self, images, labels):  # [B, 8, 8]
        evidence = torch.einsum("bchw,bc->bhw", self.features(images), self.head.weight[labels])
        low, high = evidence.amin((1, 2), keepdim=True), evidence.amax((1, 2), keepdim=True)
        unit = (evidence - low) / (high - low)
        return F.interpolate(unit[:, None], size=(8, 8), mode="bilinear", align_corners=False)[:, 0]


class ConfusingClassifier(nn.Module):
    """classifier32 up to the feature, each normalisation twice; ARPL's head."""

    def __init__(self):
        super().__init__()
        rows = CLASSIFIER32
        self.convolutions = nn.ModuleList(nn.Conv2d(i, o, 3, s, 1, bias=False) for i, o, s, _ in rows)
        self.norms = nn.ModuleList(nn.ModuleList((nn.BatchNorm2d(o), nn.BatchNorm2d(o))) for _, o, _, _ in rows)
        self.head = Points("arpl", 128)

    def forward(self, x, which):  # [B, 3, 32, 32] -> [B, 128]
        for (_, _, _, dropout), convolution, norms in zip(CLASSIFIER32, self.convolutions, self.norms):
            x = F.dropout2d(x, 0.2, self.training) if dropout else x
            x = F.leaky_relu(norms[which](convolution(x)), 0.2)
        return x.mean((2, 3))

    def confusion(self, x):
        log = F.log_softmax(self.head.distance(x), 1)
        return (log.exp() * log).sum(1).mean().exp()


def generator():
    def grow(inside, out, *how):
        return [nn.ConvTranspose2d(inside, out, 4, *how, bias=False), nn.BatchNorm2d(out), nn.ReLU(True)]

    image = [nn.ConvTranspose2d(128, 3, 4, 2, 1, bias=False), nn.Sigmoid()]
    return nn.Sequential(*grow(100, 512, 1, 0), *grow(512, 256, 2, 1), *grow(256, 128, 2, 1), *image)


def discriminator():
    def half(inside, out):
        return [nn.Conv2d(inside, out, 4, 2, 1, bias=False), nn.BatchNorm2d(out), nn.LeakyReLU(0.2, True)]

    first = [nn.Conv2d(3, 128, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    last = [nn.Conv2d(512, 1024, 4, 1, 0, bias=False), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*first, *half(128, 256), *half(256, 512), *last, nn.Linear(1024, 1))


def network_and_images(work, way):
    layout = torch.contiguous_format if way == "eager" else torch.channels_last
    torch.manual_seed(0)
    network = Network(work["backbone"], work["method"]).to(DEVICE, memory_format=layout)
    images = torch.rand(work["size"], 3, work["side"], work["side"]).contiguous(memory_format=layout)
    return network, pinned(images)


def pinned(batch):
    """A batch as a data loader hands it on: on a GPU in memory that is copied to it while other work goes on."""
    return batch.pin_memory() if DEVICE.type == "cuda" else batch


def moved(batch):
    return batch.to(DEVICE, non_blocking=True)


def autocast(precision):
    return torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")


def training_work(work, way):
    network, batch = network_and_images(work, way)
    precision, maps = work["precision"], work["maps"]
    batch_labels = pinned(torch.arange(work["size"]) % CLASSES)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, fused=True)
    loss_of, maps_of = network.loss, network.maps
    if way == "compiled":
        loss_of, maps_of = (torch.compile(f, dynamic=False) for f in (loss_of, maps_of))

    def run():
        images, labels = moved(batch), moved(batch_labels)
        if maps:
            network.eval()
            with torch.no_grad(), autocast(precision):
                maps_of(images, labels).float().cpu().numpy()
            network.train()
        optimiser.zero_grad(set_to_none=True)
        with autocast(precision):
            loss = loss_of(images, labels)
        loss.backward()
        optimiser.step()
        loss.item()

    return run


def confusing_work(work, way):
    """A step of train_cs, but without the gradients that the reference makes and throws away."""
    size, precision = work["size"], work["precision"]
    layout = torch.contiguous_format if way == "eager" else torch.channels_last
    torch.manual_seed(0)
    networks = (ConfusingClassifier(), generator(), discriminator())
    net, made, judge = (n.to(DEVICE, memory_format=layout) for n in networks)
    batch = pinned(torch.rand(size, 3, work["side"], work["side"]).contiguous(memory_format=layout))
    batch_labels = pinned(torch.arange(size) % CLASSES)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, fused=True)
    adams = [torch.optim.Adam(n.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=True) for n in (judge, made)]
    features, make, judged = net, made, judge
    if way == "compiled":
        features, make, judged = (torch.compile(n, dynamic=False) for n in (net, made, judge))
    real, fake = torch.ones(size, 1, device=DEVICE), torch.zeros(size, 1, device=DEVICE)
    bce = F.binary_cross_entropy_with_logits

    def run():
        images, labels = moved(batch), moved(batch_labels)
        for each in (optimiser, *adams):
            each.zero_grad(set_to_none=True)
        with autocast(precision):
            images_made = make(torch.randn(size, 100, 1, 1, device=DEVICE))
            loss = bce(judged(images), real) + bce(judged(images_made.detach()), fake)
        loss.backward()
        adams[0].step()
        with autocast(precision):
            loss = bce(judged(images_made), real) + 0.1 * net.confusion(features(images_made, 1))
        loss.backward(inputs=list(made.parameters()))
        adams[1].step()
        with torch.no_grad(), autocast(precision):
            images_made = make(torch.randn(size, 100, 1, 1, device=DEVICE))
        with autocast(precision):
            loss = net.head.loss(features(images, 0), labels) + 0.1 * net.confusion(features(images_made, 1))
        loss.backward()
        optimiser.step()
        loss.item()

    return run


def forward_work(work, way):
    network, batch = network_and_images(work, way)
    network.eval()
    forward = network
    if way == "compiled":
        forward = torch.compile(network, dynamic=False, options={"freezing": True})
    mode = torch.no_grad if way == "compiled" else torch.inference_mode

    def run():
        with mode(), autocast(work["precision"]):
            forward(moved(batch)).float().cpu().numpy()

    return run


class Mixed(Dataset):
    """An image as it is, and with a window of another image's background, both as normalised tensors."""

    def __init__(self, images):
        generator = numpy.random.default_rng(0)
        self.images = generator.integers(0, 256, (images, SIDE, SIDE, 3), dtype=numpy.uint8)
        self.bank = torch.rand(images, 8, 8)
        self.resize = transforms.Compose([transforms.Resize(SIDE), transforms.CenterCrop(SIDE)])
        self.augment = transforms.Compose([transforms.RandomHorizontalFlip(), transforms.RandomCrop(SIDE, padding=4)])
        normalise = transforms.Normalize((0.5,) * 3, (0.25,) * 3)
        self.to_tensor = transforms.Compose([transforms.ToTensor(), normalise])
        self.to_image = transforms.ToPILImage()

    def __len__(self):
        return len(self.images)

    def normalised(self, index):
        return self.to_tensor(self.resize(Image.fromarray(self.images[index])))

    def background(self, index):
        shares = self.bank[index].flatten()
        shares = shares / shares.sum()
        cells = torch.zeros(64)
        cells[torch.argsort(shares, descending=True)[:16]] = 1
        return self.normalised(index) * (1 - F.interpolate(cells.view(1, 1, 8, 8), (SIDE, SIDE))[0])

    def __getitem__(self, index):
        image = self.normalised(index)
        raw = image.clone()
        partner = self.background(numpy.random.randint(len(self)))
        (y, x), (v, u) = numpy.random.randint(0, SIDE - 8, (2, 2))
        image[:, y : y + 8, x : x + 8] = partner[:, v : v + 8, u : u + 8]
        return raw, self.to_tensor(self.augment(self.to_image(torch.clamp(image * 0.25 + 0.5, 0, 1)))), index


class CssrOperations:
    """Two of ten operations, each done half the time, and a grey square."""

    def __init__(self):
        self.pool = [
            lambda image, v: ImageEnhance.Brightness(image).enhance(v * 1.8 / 10 + 0.1),
            lambda image, v: ImageEnhance.Color(image).enhance(v * 0.9 / 10 + 0.05),
            lambda image, v: ImageOps.equalize(image),
            lambda image, v: image,
            lambda image, v: ImageOps.posterize(image, int(v * 4 / 10) + 4),
            lambda image, v: image.rotate(self.signed(int(v * 15 / 10))),
            lambda image, v: ImageEnhance.Sharpness(image).enhance(v * 1.8 / 10 + 0.05),
            lambda image, v: image.transform(image.size, Image.AFFINE, (1, self.signed(v * 0.3 / 10), 0, 0, 1, 0)),
            lambda image, v: image.transform(image.size, Image.AFFINE, (1, 0, 0, self.signed(v * 0.3 / 10), 1, 0)),
            lambda image, v: ImageOps.solarize(image, 256 - int(v * 256 / 10)),
        ]

    @staticmethod
    def signed(value):
        return -value if random.random() < 0.5 else value

    def __call__(self, image):
        for operation in random.choices(self.pool, k=2):
            v = numpy.random.randint(1, 10)
            if random.random() < 0.5:
                image = operation(image, v)
        x, y = (int(max(0, numpy.random.uniform(0, SIDE) - SIDE / 4)) for _ in range(2))
        image = image.copy()
        square = (x, y, min(SIDE, x + SIDE // 2), min(SIDE, y + SIDE // 2))
        ImageDraw.Draw(image).rectangle(square, (127, 127, 127))
        return image


class Augmented(Dataset):
    """An image flipped, cropped, and by RandAugment or CSSR's augmentation."""

    def __init__(self, images, kind):
        self.images = numpy.random.default_rng(0).integers(0, 256, (images, SIDE, SIDE, 3), dtype=numpy.uint8)
        self.cssr = kind == "cssr"
        crop = transforms.RandomCrop(SIDE, padding=4, padding_mode="reflect" if self.cssr else "constant")
        operations = CssrOperations() if self.cssr else transforms.RandAugment(2, 9)
        normalise = transforms.Normalize((0.5,) * 3, (0.25,) * 3)
        self.augment = transforms.Compose(
            [transforms.RandomHorizontalFlip(), crop, operations, transforms.ToTensor(), normalise]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.augment(Image.fromarray(self.images[index]))
        return image * random.uniform(0.1, 2) if self.cssr else image, index


def pixel_work(kind, size):
    images = Mixed(20_000) if kind == "pixels" else Augmented(20_000, kind)
    loader = DataLoader(images, batch_size=size, shuffle=True, drop_last=True)
    batches = iter(loader)

    def run():
        nonlocal batches
        if next(batches, None) is None:
            batches = iter(loader)
            next(batches)

    return run


def oscr_work(size):
    generator = numpy.random.default_rng(0)
    scores = numpy.concatenate([generator.normal(1, 1, size), generator.normal(0, 1, size)])
    right = numpy.concatenate([generator.random(size) < 0.9, numpy.zeros(size)]).astype(float)
    unknown = numpy.concatenate([numpy.zeros(size), numpy.ones(size)])

    def run():
        order = scores.argsort()
        right_sorted, unknown_sorted = right[order], unknown[order]
        curve = [(1.0, 1.0), (0.0, 0.0)]
        for k in range(2 * size - 2):
            curve.append((unknown_sorted[k:].sum() / size, right_sorted[k + 1 :].sum() / size))
        curve.sort(reverse=True)
        return sum((a[0] - b[0]) * (a[1] + b[1]) / 2 for a, b in zip(curve, curve[1:]))

    return run


def call_work(size):
    a, b = (torch.tensor(values, device=DEVICE) for values in ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))

    def run():
        for _ in range(size):
            torch.add(a, b)

    return run


def trace_work(work):
    torch.compiler.reset()
    torch._inductor.config.force_disable_caches = True  # what an earlier run compiled would be found again
    return training_work(work["network"], "compiled")


def prepare(work, way):
    kind = work["kind"]
    if way == "compiled" and not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        raise RuntimeError("there is no C++ compiler, which torch.compile needs")
    if kind == "trace":
        return trace_work(work)
    torch._inductor.config.force_disable_caches = False
    if kind == "step":
        return confusing_work(work, way) if work["method"] == "arpl_cs" else training_work(work, way)
    if kind == "forward":
        return forward_work(work, way)
    if kind == "call":
        return call_work(work["size"])
    return oscr_work(work["size"]) if kind == "oscr" else pixel_work(kind, work["size"])


if __name__ == "__main__":
    modules = {"torch": torch, "torchvision": torchvision, "numpy": numpy, "pillow": PIL}
    versions = {name: module.__version__ for name, module in modules.items()} | {"python": platform.python_version()}
    own_threads = ("step", "forward", "trace")
    serve(versions, prepare, lambda work: torch.set_num_threads(THREADS if work["kind"] in own_threads else 1))
