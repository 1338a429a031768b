import numpy as np


def center(data):
    return dict(mean=np.mean(data), median=np.median(data), n=len(data))


def var(data, whole=False):
    return np.array([np.var(data, ddof=0 if whole else 1)])
