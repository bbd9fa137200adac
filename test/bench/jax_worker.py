"""JAX's side of the benchmark (measure.py): classifier32 with Softmax as JAX's users write it, pure functions of trees,
images channels last, a whole step under one jax.jit. Batch normalisation in evaluation goes into the kernels."""

import os
import platform
import sys

os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])  # JAX takes a thread for each core

import jax
import jaxlib
import numpy
from jax import lax
from jax import numpy as jnp
from measure import serve

CLASSES = 6
EPSILON = 1e-5

# classifier32's layers by channels in, channels out, stride, and whether maps are dropped before
LAYERS = [
    (3, 64, 1, True), (64, 64, 1, False), (64, 128, 2, False),
    (128, 128, 1, True), (128, 128, 1, False), (128, 128, 2, False),
    (128, 128, 1, True), (128, 128, 1, False), (128, 128, 2, False),
]  # fmt: skip


def initial():
    """Parameters, and running statistics."""
    generator = numpy.random.default_rng(0)
    draw = lambda *shape: jnp.asarray(generator.normal(0, 0.05, shape), jnp.float32)
    layers = [
        {"kernel": draw(3, 3, inside, out), "gamma": jnp.ones(out), "beta": jnp.zeros(out)}
        for inside, out, _, _ in LAYERS
    ]
    statistics = [{"mean": jnp.zeros(out), "variance": jnp.ones(out)} for _, out, _, _ in LAYERS]
    return {"layers": layers, "head": draw(128, CLASSES)}, statistics


def convolution(x, kernel, stride, precision):
    dimensions = ("NHWC", "HWIO", "NHWC")
    x, kernel = (t.astype(precision) for t in (x, kernel))
    y = lax.conv_general_dilated(x, kernel, (stride, stride), ((1, 1), (1, 1)), dimension_numbers=dimensions)
    return y.astype(jnp.float32)


def training_features(layers, statistics, images, key, precision):
    x, moved = images, []
    for layer, running, (_, _, stride, dropped) in zip(layers, statistics, LAYERS):
        if dropped:
            key, own = jax.random.split(key)
            x = x * jax.random.bernoulli(own, 0.8, (x.shape[0], 1, 1, x.shape[3])) / 0.8
        x = convolution(x, layer["kernel"], stride, precision)
        now = {"mean": x.mean((0, 1, 2)), "variance": x.var((0, 1, 2))}
        x = (x - now["mean"]) * lax.rsqrt(now["variance"] + EPSILON) * layer["gamma"] + layer["beta"]
        x = jax.nn.leaky_relu(x, 0.2)
        moved.append(jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, running, now))
    return x.mean((1, 2)), moved


def evaluation_logits(params, statistics, images, precision):
    x = images
    for layer, running, (_, _, stride, _) in zip(params["layers"], statistics, LAYERS):
        scale = layer["gamma"] * lax.rsqrt(running["variance"] + EPSILON)
        x = convolution(x, layer["kernel"] * scale, stride, precision) + (layer["beta"] - running["mean"] * scale)
        x = jax.nn.leaky_relu(x, 0.2)
    return x.mean((1, 2)) @ params["head"]


def training_step(params, statistics, moments, images, labels, key, precision):
    def loss_of(params):
        features, moved = training_features(params["layers"], statistics, images, key, precision)
        log = jax.nn.log_softmax(features @ params["head"])
        return -jnp.take_along_axis(log, labels[:, None], 1).mean(), moved

    (loss, statistics), gradients = jax.value_and_grad(loss_of, has_aux=True)(params)
    moments = jax.tree.map(lambda m, g, p: 0.9 * m + g + 1e-4 * p, moments, gradients, params)
    params = jax.tree.map(lambda p, m: p - 0.01 * m, params, moments)
    return params, statistics, moments, loss


def images_of(work):
    shape = (work["size"], work["side"], work["side"], 3)
    return numpy.random.default_rng(1).random(shape, numpy.float32)


def step_work(work):
    # a function of its own each time, for JAX keeps what it compiled of one
    step = jax.jit(lambda *trees: training_step(*trees, work["precision"]), donate_argnums=(0, 1, 2))
    params, statistics = initial()
    moments = jax.tree.map(jnp.zeros_like, params)
    images, labels = images_of(work), numpy.arange(work["size"]) % CLASSES
    key = jax.random.key(0)

    def run():
        nonlocal params, statistics, moments, key
        key, own = jax.random.split(key)
        params, statistics, moments, loss = step(params, statistics, moments, images, labels, own)
        loss.item()

    return run


def forward_work(work):
    params, statistics = initial()
    images = images_of(work)
    forward = jax.jit(lambda params, statistics, images: evaluation_logits(params, statistics, images, work["precision"]))
    return lambda: numpy.asarray(forward(params, statistics, images))


def call_work(size):
    a, b = jnp.array([1.0, 2.0, 3.0]), jnp.array([4.0, 5.0, 6.0])

    def run():
        for _ in range(size):
            last = jnp.add(a, b)
        last.block_until_ready()

    return run


def prepare(work, way):
    kind = work["kind"]
    if kind == "trace":
        jax.clear_caches()
        return step_work(work["network"])
    if kind == "step":
        return step_work(work)
    return forward_work(work) if kind == "forward" else call_work(work["size"])


if __name__ == "__main__":
    versions = {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "python": platform.python_version()}
    serve(versions, prepare)
