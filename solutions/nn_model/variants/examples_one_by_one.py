import numpy as np
from helpers import sigmoid


def nn_model(X, Y, hidden_units, epochs=10000, verbose=False):
    m = X.shape[1]
    p = dict(
        W1=np.random.normal(scale=0.01, size=(hidden_units, X.shape[0])),
        b1=np.zeros((hidden_units, 1)),
        W2=np.random.normal(scale=0.01, size=(1, hidden_units)),
        b2=np.zeros((1, 1)),
    )
    for epoch in range(epochs):
        total = {name: 0 for name in p}
        for i in range(m):
            x, y = X[:, i : i + 1], Y[0, i]
            a1 = np.tanh(p["W1"] @ x + p["b1"])
            error = sigmoid(p["W2"] @ a1 + p["b2"]) - y
            back = p["W2"].T * error * (1 - a1**2)
            for name, value in zip(p, (back * x.T, back, error * a1.T, error)):
                total[name] = total[name] + value / m
        for name in p:
            p[name] = p[name] - 1.2 * total[name]
    return p


def predict(params, x):
    a1 = np.tanh(params["W1"] @ x + params["b1"])
    return np.array([[int(a > 0.5) for a in row] for row in sigmoid(params["W2"] @ a1 + params["b2"])])
