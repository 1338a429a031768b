import statistics


def centre(values):
    return {"mean": statistics.fmean(values), "median": statistics.median(values)}


def variance(values, population=False):
    return statistics.pvariance(values) if population else statistics.variance(values)
