"""PyTorch's side of the nets and memory suites: the networks of bench/networks.ts.

  python3 nets.py --net lenet5|allConvolutional|vgg11|resnet20|mobilenetV2|unet --mode train|infer|rss
                  [--batch N --threads N --layout nchw|nhwc --warmup S --seconds S --repeats N --steps N]

Prints one JSON line: images a second, or for rss the memory that a training run adds to the process.
Set the allocator from outside, before the process starts (bench/peers.ts does).
"""
import argparse
import json
import os
import resource
import statistics
import time

parser = argparse.ArgumentParser()
parser.add_argument("--net", default="lenet5")
parser.add_argument("--mode", default="train", choices=["train", "infer", "rss"])
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--layout", default="nchw", choices=["nchw", "nhwc"])
parser.add_argument("--warmup", type=float, default=1.5)
parser.add_argument("--seconds", type=float, default=1.5)
parser.add_argument("--repeats", type=int, default=3)
parser.add_argument("--steps", type=int, default=6, help="training steps of rss")
args = parser.parse_args()

os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(args.threads)
torch.manual_seed(1)


def conv(in_channels, filters, size, stride=1, padding="same", activation=nn.ReLU):
    """Keras's "same" puts the odd pixel below and to the right; sizes are odd, so only strides make a difference."""
    total = 0 if padding == "valid" else size - stride
    before, after = total // 2, total - total // 2
    if before == after:  # Numbers, as optimize_for_inference does not know padding="same".
        return [nn.Conv2d(in_channels, filters, size, stride, padding=before), activation()]
    return [nn.ZeroPad2d((before, after, before, after)), nn.Conv2d(in_channels, filters, size, stride), activation()]


def lenet5():
    return nn.Sequential(
        *conv(1, 6, 5, activation=nn.Tanh), nn.AvgPool2d(2),
        *conv(6, 16, 5, padding="valid", activation=nn.Tanh), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )


def all_convolutional():
    return nn.Sequential(
        *conv(3, 96, 3), *conv(96, 96, 3), *conv(96, 96, 3, stride=2),
        *conv(96, 192, 3), *conv(192, 192, 3), *conv(192, 192, 3, stride=2),
        *conv(192, 192, 3, padding="valid"), *conv(192, 192, 1), *conv(192, 10, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )


def vgg11():
    parts, channels = [], 3
    for filters in [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]:
        if filters == 0:
            parts.append(nn.MaxPool2d(2))
        else:
            parts += conv(channels, filters, 3)
            channels = filters
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(512, 10))


def normed(in_channels, filters, size, stride=1, groups=1, activation=None):
    """Convolution, batch normalization, and maybe an activation."""
    parts = [nn.Conv2d(in_channels, filters, size, stride, padding=size // 2, groups=groups, bias=False), nn.BatchNorm2d(filters)]
    return nn.Sequential(*parts, *([activation()] if activation else []))


class Residual(nn.Module):
    """y = last(body(x) + shortcut(x))"""

    def __init__(self, body, shortcut, last):
        super().__init__()
        self.body, self.shortcut, self.last = body, shortcut, last

    def forward(self, x):
        return self.last(self.body(x) + self.shortcut(x))


def resnet20():
    """He et al. 2015, section 4.2, with projections where the size changes."""
    parts, channels = [normed(3, 16, 3, activation=nn.ReLU)], 16
    for filters, first in [(16, 1), (32, 2), (64, 2)]:
        for block in range(3):
            stride = first if block == 0 else 1
            body = nn.Sequential(normed(channels, filters, 3, stride, activation=nn.ReLU), normed(filters, filters, 3))
            same = stride == 1 and channels == filters
            parts.append(Residual(body, nn.Identity() if same else normed(channels, filters, 1, stride), nn.ReLU()))
            channels = filters
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def mobilenet_v2():
    """Sandler et al. 2018, width 1."""
    parts, channels = [normed(3, 32, 3, 2, activation=nn.ReLU6)], 32
    for expansion, filters, count, first in [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]:
        for block in range(count):
            stride = first if block == 0 else 1
            wide = channels * expansion
            body = nn.Sequential(
                *([normed(channels, wide, 1, activation=nn.ReLU6)] if expansion > 1 else []),
                normed(wide, wide, 3, stride, groups=wide, activation=nn.ReLU6),
                normed(wide, filters, 1),
            )
            same = stride == 1 and channels == filters
            parts.append(Residual(body, nn.Identity(), nn.Identity()) if same else body)
            channels = filters
    parts.append(normed(channels, 1280, 1, activation=nn.ReLU6))
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 10))


class Level(nn.Module):
    """One level of a U-Net: what lies below works on half the size and comes back up beside the level's own maps."""

    def __init__(self, in_channels, filters, below):
        super().__init__()
        self.down = nn.Sequential(*conv(in_channels, filters, 3), *conv(filters, filters, 3))
        self.below = below
        self.up = nn.ConvTranspose2d(filters * 2, filters, 2, stride=2) if below else None
        self.join = nn.Sequential(*conv(filters * 2, filters, 3), *conv(filters, filters, 3)) if below else None

    def forward(self, x):
        maps = self.down(x)
        if self.below is None:
            return maps
        return self.join(torch.cat([maps, self.up(self.below(F.max_pool2d(maps, 2)))], 1))


def unet():
    """Ronneberger et al. 2015 with padding, 16 to 128 channels, one class a pixel."""
    level = None
    for in_channels, filters in [(64, 128), (32, 64), (16, 32), (3, 16)]:
        level = Level(in_channels, filters, level)
    return nn.Sequential(level, nn.Conv2d(16, 1, 1))


# Name: how to build it, shape of an image [C, H, W].
nets = {
    "lenet5": (lenet5, (1, 28, 28)),
    "allConvolutional": (all_convolutional, (3, 32, 32)),
    "vgg11": (vgg11, (3, 32, 32)),
    "resnet20": (resnet20, (3, 32, 32)),
    "mobilenetV2": (mobilenet_v2, (3, 96, 96)),
    "unet": (unet, (3, 64, 64)),
}
build, shape = nets[args.net]
per_pixel = args.net == "unet"

memory_format = torch.channels_last if args.layout == "nhwc" else torch.contiguous_format
count = max(args.batch, -(-512 // args.batch) * args.batch)
images = torch.rand(count, *shape)
labels = torch.randint(0, 2, (count, 1, *shape[1:])).float() if per_pixel else torch.randint(0, 10, (count,))


def report(**measured):
    print(json.dumps({"peer": "pytorch", "version": torch.__version__, "net": args.net, "mode": args.mode, "batch": args.batch,
                      "threads": args.threads, "layout": args.layout, **measured}), flush=True)


def batches():
    while True:
        order = torch.randperm(count)
        for start in range(0, count - args.batch + 1, args.batch):
            rows = order[start:start + args.batch]
            yield images[rows].contiguous(memory_format=memory_format), labels[rows]


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


before = resident_mb()
model = build().to(memory_format=memory_format)
for part in model.modules():
    if isinstance(part, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(part.weight)
        if part.bias is not None:
            nn.init.zeros_(part.bias)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, foreach=True)
loss_of = F.binary_cross_entropy_with_logits if per_pixel else F.cross_entropy
ready = batches()


def train_step():
    x, y = next(ready)
    optimizer.zero_grad(set_to_none=True)
    loss_of(model(x), y).backward()
    optimizer.step()


def windows(step):
    """Images a second of each window, after a warm-up."""
    def rate(seconds, at_least):
        begin, steps = time.perf_counter(), 0
        while steps < at_least or time.perf_counter() - begin < seconds:
            step()
            steps += 1
        return steps * args.batch / (time.perf_counter() - begin)

    rate(args.warmup, 2)
    rates = [rate(args.seconds, 1) for _ in range(args.repeats)]
    report(images_per_second=round(statistics.median(rates), 1), windows=[round(r, 1) for r in rates])


if args.mode == "train":
    windows(train_step)
elif args.mode == "rss":
    for _ in range(args.steps):
        train_step()
    report(growth_mb=round(peak_mb() - before, 1), before_mb=round(before, 1))
else:
    asked = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(model.eval())))

    def ask():
        with torch.inference_mode():
            output = asked(next(ready)[0])
            torch.sigmoid(output) if per_pixel else F.softmax(output, 1)

    windows(ask)
