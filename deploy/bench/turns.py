"""Two ways to do one thing, timed in turns: A B A B."""
import statistics
import time


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def figure(rate):
    return f"{rate:,.1f}" if rate >= 1 else f"{rate:.3f}"


def in_turns(name, left, right, rounds, unit, amount, names=("Python", "knnlm"), warm_up=True):
    """Times both in turns, after a warm-up, and prints both, and the ratios of the pairs: seconds of left by those of right."""
    if warm_up:
        left(), right()
    pairs = [(seconds(left), seconds(right)) for _ in range(rounds)]
    ratios = [a / b for a, b in pairs]
    a, b = (amount / statistics.median(column) for column in zip(*pairs))
    print(f"{name:<34} {names[0]} {figure(a):>10} {unit}   {names[1]} {figure(b):>10} {unit}   ratio median {statistics.median(ratios):.2f} "
          f"(min {min(ratios):.2f}, max {max(ratios):.2f}, {rounds} pairs)", flush=True)
