import numpy as np
from helpers import sigmoid


def forward_propagation(x, params):
    z1 = np.einsum("hx,xm->hm", params["W1"], x) + params["b1"]
    a1 = np.tanh(z1)
    z2 = np.einsum("yh,hm->ym", params["W2"], a1) + params["b2"]
    a2 = sigmoid(z2)
    return [a2, dict(Z1=z1, A1=a1, Z2=z2, A2=a2)]


def compute_cost(a2, y):
    return -np.mean(np.where(y == 1, np.log(a2), np.log1p(-a2)))


def backward_propagation(params, cache, x, y):
    m = x.shape[1]
    d2 = (cache["A2"] - y) / m
    d1 = np.einsum("yh,ym->hm", params["W2"], d2) * (1 + cache["A1"]) * (1 - cache["A1"])
    return dict(
        dW1=np.einsum("hm,xm->hx", d1, x),
        db1=np.einsum("hm->h", d1)[:, None],
        dW2=np.einsum("ym,hm->yh", d2, cache["A1"]),
        db2=np.einsum("ym->y", d2).reshape(-1, 1),
    )


def update_parameters(params, gradients, lr=1.2):
    return {k: np.subtract(params[k], lr * gradients[f"d{k}"]) for k in ["b2", "W2", "b1", "W1"]}
