#!/usr/bin/env python3
"""Perplexity and answers of the embedded default without and with retrieval.

    python3 measure.py             # needs generate.py's files, tinyfacts-2.8m/ and defaults.json
    python3 measure.py --choose    # writes defaults.json first, from build/validation.txt and build/validation/

Keys, windows and losses as the kNN-LM papers' public code has them: the key of a position is the input of the last
layer's MLP in float16, its value the next token; windows of 1024 tokens with a stride of 512; the loss is the mean of
the window losses. An independent check of the services, which compute the same.
"""
import argparse
import itertools
import json
import time
from pathlib import Path

import faiss
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import generate
import questions

HERE = Path(__file__).resolve().parent
WINDOW, STRIDE = 1024, 512
NEIGHBOURS = (64, 256, 1024)
TEMPERATURES = (1.0, 3.0, 5.0, 10.0, 15.0, 30.0)
WEIGHTS = (0.1, 0.25, 0.4, 0.5, 0.6, 0.75)


class Reader:
    """The model: token ids to logits and keys."""

    def __init__(self, directory):
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
        self.model.model.layers[-1].mlp.register_forward_pre_hook(self._keep)

    def _keep(self, module, inputs):
        self.keys = inputs[0][0]

    @torch.no_grad()
    def read(self, ids):
        logits = self.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
        return torch.log_softmax(logits, dim=-1), self.keys


def datastore(reader, corpus):
    """Float16 keys and int values of a JSONL corpus, 1,000 documents a batch, each cut to whole windows."""
    texts = [json.loads(line)["text"] for line in corpus.read_text(encoding="utf-8").splitlines()]
    keys, values = [], []
    for first in range(0, len(texts), 1000):
        ids = list(itertools.chain.from_iterable(reader.tokenizer(texts[first : first + 1000])["input_ids"]))
        if len(ids) >= WINDOW:
            ids = ids[: len(ids) // WINDOW * WINDOW]
        for start in range(0, len(ids), STRIDE):
            begin, end = max(start + STRIDE - WINDOW, 0), min(start + STRIDE, len(ids))
            _, hidden = reader.read(ids[begin:end])
            targets = range(max(start, begin + 1), end)
            keys.append(hidden[[t - 1 - begin for t in targets]].numpy().astype(np.float16))
            values += [ids[t] for t in targets]
    return np.concatenate(keys), np.array(values)


def articles(path):
    groups = [[]]
    for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("= = =") and line.endswith("= = ="):
            groups.append([])
        if line:
            groups[-1].append(line)
    return ["\n".join(group) for group in groups]


def scored(reader, path):
    """Per target: window number, token, base log probability, key; and whether it belongs to a fact's value."""
    values = {e.title: generate.words_match(e.facts.values(), flags=0) for e in generate.load()[0]}
    ids, is_fact = [], []
    for text in articles(path):
        encoding = reader.tokenizer(text, return_offsets_mapping=True)
        title = text.split("\n")[0].strip("= ")
        body = text.find("\n")
        spans = [m.span() for m in values[title].finditer(text, body)] if title in values else []
        ids += encoding["input_ids"]
        is_fact += [any(start < last and first < end for first, last in spans) for start, end in encoding["offset_mapping"]]
    columns, previous, window = [], 0, 0
    for begin in range(0, len(ids), STRIDE):
        end = min(begin + WINDOW, len(ids))
        logp, hidden = reader.read(ids[begin:end])
        for t in range(max(previous, begin + 1), end):
            at = t - 1 - begin
            columns.append((window, ids[t], logp[at, ids[t]].item(), hidden[at].numpy(), is_fact[t]))
        previous, window = end, window + 1
        if end == len(ids):
            break
    windows, tokens, base, keys, fact = map(np.array, zip(*columns))
    words = len(path.read_text(encoding="utf-8").split())
    return {"windows": windows, "tokens": tokens, "base": base, "keys": keys, "fact": fact, "words": words}


def perplexity(windows, logp):
    losses = -np.bincount(windows, logp) / np.bincount(windows)
    return float(np.exp(losses.mean()))


def exact_index(keys):
    index = faiss.IndexFlatL2(keys.shape[1])
    index.add(keys.astype(np.float32))
    return index


def quantized_index(keys):
    """The published IVFPQ with fewer lists: the largest power of two that leaves faiss its 39 training keys for each."""
    lists = 2 ** int(np.log2(len(keys) / 39))
    index = faiss.index_factory(keys.shape[1], f"IVF{lists},PQ64x8")
    index.train(keys.astype(np.float32))
    index.add(keys.astype(np.float32))
    index.nprobe = 32
    return index


def neighbours(text, index, values, k):
    """Squared distances of the k nearest keys of each target, and whether their value is the target."""
    distances, ids = index.search(text["keys"].astype(np.float32), k)
    distances[ids < 0] = np.inf
    return distances, values[ids] == text["tokens"][:, None]


def retrieved(distances, hits, temperature):
    """p_kNN of the target: the softmax of -distance / T over the neighbours, summed over those that hold the target."""
    weights = np.exp((distances[:, :1] - distances) / temperature, dtype=np.float64)
    return (weights * hits).sum(1) / weights.sum(1)


def mixed(base, p_knn, weight):
    with np.errstate(divide="ignore"):
        return np.logaddexp(np.log(weight * p_knn), np.log1p(-weight) + base)


def asked(reader, path):
    """Per token of an option: question, option, token, base log probability, key; and whether the option is right."""
    columns = []
    for q, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        premise = reader.tokenizer(row["premise"])["input_ids"]
        for o, option in enumerate(row["options"]):
            ids = premise + reader.tokenizer(f" {option}.", add_special_tokens=False)["input_ids"]
            logp, hidden = reader.read(ids)
            for t in range(len(premise), len(ids)):
                right = o == row["answer"]
                columns.append((q, o, ids[t], logp[t - 1, ids[t]].item(), hidden[t - 1].numpy(), right))
    names = ("question", "option", "tokens", "base", "keys", "right")
    return dict(zip(names, map(np.array, zip(*columns))))


def accuracy(task, logp):
    """The share of questions whose right option has the greatest probability."""
    sums = np.full((task["question"].max() + 1, questions.OPTIONS), -np.inf)
    told = np.unique(np.stack([task["question"], task["option"]]), axis=1)
    sums[told[0], told[1]] = 0
    np.add.at(sums, (task["question"], task["option"]), logp)
    right = np.zeros(len(sums), dtype=int)
    right[task["question"][task["right"]]] = task["option"][task["right"]]
    return float((sums.argmax(1) == right).mean())


def with_oracle(task, distances, hits):
    """The right option's tokens among the neighbours, as near as the nearest; the last of the k gives way."""
    distances, hits = distances.copy(), hits.copy()
    distances[task["right"], -1] = distances[task["right"], 0]
    hits[task["right"], -1] = True
    return distances, hits


def report(name, text, logp):
    fact = text["fact"]
    print(
        f"  {name:22s} perplexity {perplexity(text['windows'], logp):7.3f}"
        f"   fact tokens {np.exp(-logp[fact].mean()):9.2f}   other tokens {np.exp(-logp[~fact].mean()):6.3f}"
    )


def choose(text, distances, hits):
    """The setting with the lowest perplexity."""
    grid = []
    for k, temperature in itertools.product(NEIGHBOURS, TEMPERATURES):
        p = retrieved(distances[:, :k], hits[:, :k], temperature)
        row = [perplexity(text["windows"], mixed(text["base"], p, weight)) for weight in WEIGHTS]
        grid += [(value, k, temperature, weight) for value, weight in zip(row, WEIGHTS)]
        print(f"k {k:4d} T {temperature:4.1f}  " + "  ".join(f"λ {w}: {v:.3f}" for w, v in zip(WEIGHTS, row)))
    _, k, temperature, weight = min(grid)
    return {"k": k, "temperature": temperature, "lambda": weight}


def choose_for_tasks(tasks):
    """The setting with the highest mean accuracy; tasks: task, distances and hits of each."""
    grid = []
    for k, temperature in itertools.product(NEIGHBOURS, TEMPERATURES):
        p = [(task, retrieved(distances[:, :k], hits[:, :k], temperature)) for task, distances, hits in tasks]
        row = [np.mean([accuracy(task, mixed(task["base"], q, weight)) for task, q in p]) for weight in WEIGHTS]
        grid += [(-value, k, temperature, weight) for value, weight in zip(row, WEIGHTS)]
        print(f"k {k:4d} T {temperature:4.1f}  " + "  ".join(f"λ {w}: {v:.3f}" for w, v in zip(WEIGHTS, row)))
    _, k, temperature, weight = min(grid)
    return {"k": k, "temperature": temperature, "lambda": weight}


def report_tasks(name, folder, reader, index, values, setting):
    print(f"{name}: share of right answers of the language model, kNN-LM, oracle retrieval")
    for task in questions.TASKS:
        some = asked(reader, folder / f"{task}.jsonl")
        distances, hits = neighbours(some, index, values, setting["k"])
        shares = [accuracy(some, some["base"])]
        for found in ((distances, hits), with_oracle(some, distances, hits)):
            shares.append(accuracy(some, mixed(some["base"], retrieved(*found, setting["temperature"]), setting["lambda"])))
        print(f"  {task:15s} {some['question'].max() + 1:4d} questions " + "  ".join(f"{s:6.1%}" for s in shares))


def main():
    parser = argparse.ArgumentParser(description="Perplexity without and with retrieval.")
    parser.add_argument("--model", type=Path, default=HERE / "tinyfacts-2.8m")
    parser.add_argument("--choose", action="store_true", help="choose defaults.json first")
    options = parser.parse_args()
    torch.set_num_threads(2)
    reader = Reader(options.model)
    start = time.time()
    keys, values = datastore(reader, HERE / "corpus.jsonl")
    print(f"datastore: {len(keys)} keys of {keys.shape[1]} numbers in {time.time() - start:.1f} s")
    exact = exact_index(keys)
    defaults = HERE / "defaults.json"
    if options.choose:
        text = scored(reader, HERE / "build" / "validation.txt")
        tasks = [asked(reader, HERE / "build" / "validation" / f"{task}.jsonl") for task in questions.TASKS]
        settings = {
            "perplexity": choose(text, *neighbours(text, exact, values, max(NEIGHBOURS))),
            "tasks": choose_for_tasks([(t, *neighbours(t, exact, values, max(NEIGHBOURS))) for t in tasks]),
        }
        defaults.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    settings = json.loads(defaults.read_text(encoding="utf-8"))
    print(f"settings: {settings}")
    quantized = quantized_index(keys)
    setting = settings["perplexity"]
    for name, path in (("text", HERE / "text.txt"), ("control", HERE / "build" / "control.txt")):
        text = scored(reader, path)
        print(f"{name}: {len(text['tokens'])} targets, {text['fact'].sum()} of them in facts, {text['words']} words")
        report("language model", text, text["base"])
        for label, index in (("kNN-LM, exact search", exact), ("kNN-LM, IVFPQ", quantized)):
            p = retrieved(*neighbours(text, index, values, setting["k"]), setting["temperature"])
            report(label, text, mixed(text["base"], p, setting["lambda"]))
    for name, folder in (("tasks", HERE / "tasks"), ("control", HERE / "build" / "control")):
        report_tasks(name, folder, reader, exact, values, settings["tasks"])


if __name__ == "__main__":
    main()
