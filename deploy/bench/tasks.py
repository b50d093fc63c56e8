#!/usr/bin/env python3
"""Tasks of the study through eval-service beside the Python reference, in turns: examples a second, base and kNN.

    deploy/bench/run tasks.py --model DIR --data FOLDER --corpus FILE.jsonl [--precision bf16] [--only obqa,mmlu,sst2,nq,gsm8k]

Python is float32 always and does what the public reference does: one question a batch, its options padded to one length,
a forward pass for the premise, for " the answer is:" and for the bare token; logits of all positions; neighbours scattered
into a dense vocabulary. It knows nothing of eval-service: no database, no network. Where the reference repeats what is the same
for all examples of a verbalizer task it is spared that. Ours is a whole run: POST to DONE, the rows in PostgreSQL.
A kNN run of ours gives the base model's numbers, too; Python's gives kNN alone.

Also: eval-service's own share of a run, its processor time with PostgreSQL's by that of all services.
"""
import argparse
import json
import os
import re
import tempfile
from pathlib import Path

import faiss
import numpy as np
import torch
from torch.nn import functional as F

from reference import Reference
from rest import examples, run
from services import ROOT, Services, stubs, up
from stores import written
from turns import in_turns

K, TEMPERATURE, LAMBDA = 1024, 10.0, 0.2
BARE = [584]
DOMAIN = " the answer is:"
SETTING = dict(datastore="bench", k=K, temperature=TEMPERATURE, **{"lambda": LAMBDA})


def rows(file, count):
    with open(file) as lines:
        return [json.loads(line) for line in lines][:count]


class Neighbors:
    """A datastore and its index in this process."""

    def __init__(self, folder):
        self.index = faiss.read_index(str(next(folder.glob("*.indexed"))))
        self.values = np.fromfile(next(folder.glob("*_vals.npy")), np.int32)
        if (folder / "index.json").exists():
            self.index.nprobe = json.loads((folder / "index.json").read_text())["nprobe"]

    def mixed(self, logits, hidden):
        """Log probabilities of all tokens at some positions, [n, V], mixed with those of the neighbours."""
        distances, ids = self.index.search(hidden.float().numpy(), K)
        weights = torch.softmax(-torch.from_numpy(distances) / TEMPERATURE, -1)
        knn = torch.zeros(logits.shape).scatter_add_(1, torch.from_numpy(self.values[ids].astype(np.int64)), weights)
        return torch.logaddexp(F.log_softmax(logits.float(), -1) + np.log(1 - LAMBDA), knn.log().clamp(min=-10000) + np.log(LAMBDA))


class TaskReference(Reference):
    """How the reference evaluates the study's tasks, base or kNN."""

    def ids(self, text):
        return self.tokenizer(text)["input_ids"]

    @torch.inference_mode()
    def entropies(self, before, after, neighbors):
        """Sums of cross-entropies of continuations, each after its own premise: one batch, padded on the right."""
        length = max(len(b) + len(a) for b, a in zip(before, after))
        batch = torch.zeros(len(after), length, dtype=torch.long)
        labels = torch.full_like(batch, -100)
        for i, (b, a) in enumerate(zip(before, after)):
            batch[i, :len(b) + len(a)] = torch.tensor(b + a)
            labels[i, len(b):len(b) + len(a)] = torch.tensor(a)
        logits = self.model(batch, use_cache=False).logits[:, :-1]
        labels = labels[:, 1:]
        wanted = labels != -100
        if neighbors is None:
            log_probs = F.log_softmax(logits.float(), -1)
        else:
            log_probs = logits.float().clone()
            log_probs[wanted] = neighbors.mixed(logits[wanted], self.captured[:, :-1][wanted])
        losses = F.cross_entropy(log_probs.transpose(1, 2), labels, ignore_index=-100, reduction="none")
        return losses.sum(1).tolist()

    def choose(self, premise, options, neighbors):
        """Of each option what follows from the premise, from the domain premise and from the bare token."""
        after = [self.ids(" " + option)[1:] for option in options]
        n = len(options)
        return [self.entropies([premises] * n, after, neighbors) for premises in (self.ids(premise), self.ids(DOMAIN), BARE)]

    @torch.inference_mode()
    def next(self, text, words, neighbors):
        """Log probabilities of words after a text."""
        logits = self.model(torch.tensor([self.ids(text)]), use_cache=False).logits[:, -1]
        log_probs = F.log_softmax(logits.float(), -1) if neighbors is None else neighbors.mixed(logits, self.captured[:, -1])
        return log_probs[0, words]

    @torch.inference_mode()
    def write(self, prompts, new, neighbors):
        """Greedy continuations, padded on the left, cut at a line's end; the reference does not stop there."""
        self.tokenizer.padding_side = "left"
        batch = self.tokenizer(prompts, return_tensors="pt", padding=True)
        length = batch["input_ids"].shape[1]
        steps = [] if neighbors is None else [lambda ids, scores: neighbors.mixed(scores, self.captured[:, -1])]
        out = self.model.generate(**batch, max_new_tokens=new, do_sample=False, pad_token_id=self.tokenizer.pad_token_id,
                                  logits_processor=steps)
        return [self.tokenizer.decode(ids[length:], skip_special_tokens=True).split("\n")[0] for ids in out]


def obqa(reference, data, count):
    texts = [(row["question_stem"], row["choices"]["text"]) for row in rows(data / "openbookqa/test.jsonl", count)]
    return lambda neighbors: [reference.choose(*text, neighbors)[0] for text in texts]


def mmlu(reference, data, count):
    texts = [(row["question"], row["choices"]) for row in rows(data / "mmlu/test.jsonl", count)]
    return lambda neighbors: [reference.choose(*text, neighbors)[0] for text in texts]


def sst2(reference, data, count):
    texts = [row["text"] for row in rows(data / "sst2/test.jsonl", None) if row["label"] != "3"][:count]
    labels = [line.split(", ") for line in (data / "sst2/label.txt").read_text().splitlines()]
    least = min(map(len, labels))
    words = [[reference.ids(" " + word)[1] for word in label[:least]] for label in labels]
    flat = sum(words, [])
    prompt = " The sentence has a tone that is"

    def all(neighbors):
        probabilities = [reference.next(text + prompt, flat, neighbors).exp().reshape(len(words), -1) for text in texts]
        return [p.sum(1).tolist() for p in probabilities]
    return all


def question(text):
    text = text[0].lower() + text[1:]
    return text if text.endswith("?") else text + "?"


def nq(reference, data, count):
    kept = [row for row in rows(data / "nq_open/validation.jsonl", None) if ")" not in row["answer"]][:count]
    prompts = [f"Answer these questions:\nQuestion: {question(row['question'])}\nAnswer:" for row in kept]
    return lambda neighbors: [reference.write([prompt], 15, neighbors)[0] for prompt in prompts]


def gsm8k(reference, data, count):
    shots = (data / "gsm8k/prompt_8shot.txt").read_text()
    prompts = [shots.replace("{question}", row["question"]) for row in rows(data / "gsm8k/test.jsonl", count)]
    return lambda neighbors: sum((reference.write(prompts[i:i + 16], 512, neighbors) for i in range(0, len(prompts), 16)), [])


TASKS = {"obqa": obqa, "mmlu": mmlu, "sst2": sst2, "nq": nq, "gsm8k": gsm8k}
COUNTS = {"obqa": 64, "mmlu": 48, "sst2": 96, "nq": 32, "gsm8k": 16}


def agreement(name, theirs, ours):
    """How far the sides differ on the same examples."""
    if name in ("nq", "gsm8k"):
        return f"continuations equal {sum(a.strip() == b['prediction'].strip() for a, b in zip(theirs, ours))} of {len(theirs)}"
    differences = [abs(a - b) / max(abs(a), 1e-9) for x, y in zip(theirs, ours) for a, b in zip(x, y["scores"]["lm"])]
    return f"scores differ by {max(differences):.1e} at most, relative, {np.mean(differences):.1e} on average"


def processor_seconds(folder):
    """Processor time so far of eval-service with its PostgreSQL, and of all services."""
    tick, own, all = os.sysconf("SC_CLK_TCK"), 0, 0
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text().rsplit(")", 1)[1].split()
            found[int(process.name)] = (int(stat[1]), (process / "cmdline").read_text(), (int(stat[11]) + int(stat[12])) / tick)
        except (OSError, IndexError):
            continue
    ours = {pid: command for pid, (_, command, _) in found.items()
            if re.search(re.escape(str(ROOT)) + "/[a-z]+-service/target/", command) or f"{folder}/postgres" in command and "postgres\0" in command}
    for pid, (parent, command, seconds) in found.items():
        command = ours.get(pid) or ours.get(parent)
        if command:
            all += seconds
            own += 0 if "-service/target/" in command and "eval-service/target/" not in command else seconds
    return own, all


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--data", required=True, type=Path, help="folder of the data sets")
    parser.add_argument("--corpus", required=True, help="JSONL that the datastore is made of")
    parser.add_argument("--only", default="obqa,mmlu,sst2,nq")
    parser.add_argument("--counts", type=json.loads, default={}, help='examples, {"obqa": 64} for example')
    parser.add_argument("--keys", type=int, default=100_000, help="of the datastore: the corpus's, each many times, with noise")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32", help="of our side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    faiss.omp_set_num_threads(args.threads)
    os.environ["KNNLM_MODEL_PRECISION"] = args.precision
    reference = TaskReference(args.model)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "stubs").mkdir()
        (folder / "data-sets").symlink_to(args.data.resolve())
        generated = stubs(folder / "stubs")
        with up(args.model, folder) as ports:
            services = Services(ports, generated)
            services.make_datastore("seed", Path(args.corpus).resolve())
            seed = np.fromfile(next((folder / "datastores/seed").glob("*_keys.npy")), np.float16)
            seed = seed.reshape(-1, reference.model.config.hidden_size).astype(np.float32)
            rng = np.random.default_rng(1)
            keys = seed[rng.choice(len(seed), args.keys)]
            keys += rng.standard_normal(keys.shape, np.float32) * seed.std() / 2
            written(folder / "datastores/bench", keys.astype(np.float16), reference.model.config.model_type)
            built = services.build_index("bench")
            print(f"datastore: {args.keys:,} keys, {built.factory}, nprobe {built.nprobe}; ours in {args.precision}", flush=True)
            neighbors = Neighbors(folder / "datastores/bench")
            for name in args.only.split(","):
                count = args.counts.get(name, COUNTS[name])
                evaluate = TASKS[name](reference, args.data, count)
                for label, settings, theirs in (("base", [], None), ("kNN", [SETTING], neighbors)):
                    found, numbers = [], []
                    used = processor_seconds(folder)
                    in_turns(f"{name}, {label}", lambda: found.append(evaluate(theirs)),
                             lambda: numbers.append(run(ports["eval"], tasks=[name], limit=count, settings=settings)),
                             args.rounds, "examples/s", count, warm_up=name != "gsm8k")  # which takes minutes
                    now = processor_seconds(folder)
                    ours = [row["outcomes"][len(settings)] for row in examples(ports["eval"], numbers[0], name)]
                    print(f"{name} {label}: {agreement(name, found[0], ours)}", flush=True)
                    print(f"{name} {label}: eval-service's share of processor time {(now[0] - used[0]) / (now[1] - used[1]):.1%}", flush=True)


if __name__ == "__main__":
    main()
