"""What scipy, statsmodels and arch make of the data on standard input (JSON); their numbers go to standard output."""
import json
import sys

import numpy as np
from arch.bootstrap import CircularBlockBootstrap
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

RESAMPLES = 20_000


def mean_interval(scores):
    result = stats.bootstrap((np.array(scores),), np.mean, n_resamples=RESAMPLES, method="percentile",
                             rng=np.random.default_rng(0))
    low, high = result.confidence_interval
    return {"low": low, "high": high, "deviation": float(result.standard_error)}


def block_interval(values, weights, length):
    bootstrap = CircularBlockBootstrap(length, np.array(values), np.array(weights), seed=np.random.default_rng(0))
    means = bootstrap.apply(lambda v, w: np.average(v, weights=w), RESAMPLES)[:, 0]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"low": low, "high": high, "deviation": float(means.std())}


data = json.load(sys.stdin)
json.dump({
    "means": [mean_interval(scores) for scores in data["scores"]],
    "standard_errors": [float(stats.sem(scores)) for scores in data["scores"]],
    "mcnemar": [float(mcnemar([[0, a], [b, 0]], exact=True).pvalue) for a, b in data["discordant"]],
    "holm": multipletests(data["p_values"], method="holm")[1].tolist(),
    "block": block_interval(data["differences"], data["weights"], data["block_length"]),
}, sys.stdout)
