"""The labs that learners hand in, as their functions and parameters: every body is one line."""

from __future__ import annotations


def lab(*signatures: str, begin: str = "import numpy as np\n") -> str:
    """Return source that defines a function for each signature, with a body of its own."""
    return begin + "".join(f"\ndef {s}:\n    return {n} + 1\n" for n, s in enumerate(signatures))


LOGISTIC = lab(
    "sigmoid(z)",
    "initialize_with_zeros(dim)",
    "propagate(w, b, X, Y)",
    "optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False)",
    "predict(w, b, X)",
    "model(X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5,"
    " print_cost=False)",
    begin="import numpy as np\nfrom lr_utils import load_dataset\n",
)
PLANAR = lab(
    "layer_sizes(X, Y)",
    "initialize_parameters(n_x, n_h, n_y)",
    "forward_propagation(X, parameters)",
    "compute_cost(A2, Y, parameters)",
    "backward_propagation(parameters, cache, X, Y)",
    "update_parameters(parameters, grads, learning_rate=1.2)",
    "nn_model(X, Y, n_h, num_iterations=10000, print_cost=False)",
    "predict(parameters, X)",
    begin="from testCases_v2 import *\nfrom planar_utils import sigmoid, load_planar_dataset\n",
)
STEP_BY_STEP = lab(
    "initialize_parameters(n_x, n_h, n_y)",
    "initialize_parameters_deep(layer_dims)",
    "linear_forward(A, W, b)",
    "linear_activation_forward(A_prev, W, b, activation)",
    "L_model_forward(X, parameters)",
    "compute_cost(AL, Y)",
    "linear_backward(dZ, cache)",
    "linear_activation_backward(dA, cache, activation)",
    "L_model_backward(AL, Y, caches)",
    "update_parameters(parameters, grads, learning_rate)",
    begin="from dnn_utils_v2 import sigmoid, relu\n",
)
INITIALISATION = lab(
    "model(X, Y, learning_rate=0.01, num_iterations=15000, print_cost=True, initialization='he')",
    "initialize_parameters_zeros(layers_dims)",
    "initialize_parameters_random(layers_dims)",
    "initialize_parameters_he(layers_dims)",
    begin="from init_utils import sigmoid, relu, compute_loss, forward_propagation,"
    " backward_propagation\nfrom init_utils import update_parameters, predict, load_dataset\n",
)
INIT_UTILS = lab(
    "sigmoid(x)",
    "relu(x)",
    "forward_propagation(X, parameters)",
    "backward_propagation(X, Y, cache)",
    "update_parameters(parameters, grads, learning_rate)",
    "compute_loss(a3, Y)",
    "load_cat_dataset()",
    "predict(X, y, parameters)",
    "plot_decision_boundary(model, X, y)",
    "predict_dec(parameters, X)",
    "load_dataset()",
)
REGULARISATION = lab(
    "model(X, Y, learning_rate=0.3, num_iterations=30000, print_cost=True, lambd=0, keep_prob=1)",
    "compute_cost_with_regularization(A3, Y, parameters, lambd)",
    "backward_propagation_with_regularization(X, Y, cache, lambd)",
    "forward_propagation_with_dropout(X, parameters, keep_prob=0.5)",
    "backward_propagation_with_dropout(X, Y, cache, keep_prob)",
)
OPTIMISATION = lab(
    "update_parameters_with_gd(parameters, grads, learning_rate)",
    "random_mini_batches(X, Y, mini_batch_size=64, seed=0)",
    "initialize_velocity(parameters)",
    "initialize_adam(parameters)",
    "model(X, Y, layers_dims, optimizer, learning_rate=0.0007, mini_batch_size=64, beta=0.9,"
    " num_epochs=10000, print_cost=True)",
)
TENSORFLOW = lab(
    "linear_function()",
    "sigmoid(z)",
    "cost(logits, labels)",
    "one_hot_matrix(labels, C)",
    "ones(shape)",
    "create_placeholders(n_x, n_y)",
    "initialize_parameters()",
    "forward_propagation(X, parameters)",
    "compute_cost(Z3, Y)",
    "model(X_train, Y_train, X_test, Y_test, learning_rate=0.0001, num_epochs=1500,"
    " minibatch_size=32, print_cost=True)",
    begin="import tensorflow as tf\n",
)
GRADIENT_CHECKING = lab(
    "forward_propagation(x, theta)",
    "backward_propagation(x, theta)",
    "gradient_check(x, theta, epsilon=1e-7)",
    "forward_propagation_n(X, Y, parameters)",
    "backward_propagation_n(X, Y, cache)",
    "gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7)",
    begin="import numpy as np\nfrom gc_utils import sigmoid, relu\n",
)
OPT_UTILS = lab(
    "sigmoid(x)",
    "relu(x)",
    "load_params_and_grads(seed=1)",
    "initialize_parameters(layer_dims)",
    "compute_cost(a3, Y)",
    "forward_propagation(X, parameters)",
    "backward_propagation(X, Y, cache)",
    "predict(X, y, parameters)",
    "plot_decision_boundary(model, X, y)",
    "predict_dec(parameters, X)",
    "load_dataset()",
)
TEST_CASES = lab(
    "layer_sizes_test_case()",
    "initialize_parameters_test_case()",
    "forward_propagation_test_case()",
    "compute_cost_test_case()",
    "backward_propagation_test_case()",
    "update_parameters_test_case()",
    "nn_model_test_case()",
    "predict_test_case()",
)
TF_UTILS = lab(
    "load_dataset()",
    "random_mini_batches(X, Y, mini_batch_size=64, seed=0)",
    "convert_to_one_hot(Y, C)",
    "predict(X, parameters)",
    "forward_propagation_for_predict(X, parameters)",
)
KERAS = """
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.Dense(3)])
predict = model.predict(x_test)
df = pd.read_csv("train.csv")
f = open("notes.txt")
"""
REGRESSION = lab(
    "cost(X, y, theta)",
    "gradient(X, y, theta)",
    "descend(X, y, theta, alpha, steps)",
    "normalise(X)",
    "plot_line(X, y, theta)",
    "predict(X, theta)",
)
