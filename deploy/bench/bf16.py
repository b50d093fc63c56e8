#!/usr/bin/env python3
"""What bfloat16 does to the numbers: the same text scored by services in float32 and then in bfloat16.

    deploy/bench/run bf16.py --model DIR --corpus CORPUS.txt --text TEXT.txt [--windows 16]

The text is cut into windows that do not overlap; every token of a window but its first is scored, by the model alone
and with k = 1024 neighbours from a datastore made of the first lines of the corpus in float32 (so bfloat16's queries
search float32's keys). Differences are bfloat16's log probability less float32's.
"""
import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

from services import Services, stubs, up

DATASTORE = "corpus"


def windows(services, args):
    """Token ids of the first windows of the text."""
    pb, ids = services.lm_pb, []
    for reply in services.lm.Tokenize(pb.TokenizeRequest(texts=[Path(args.text).read_text()])):
        ids.extend(reply.token_ids)
    count = min(args.windows, len(ids) // args.block)
    return [ids[i * args.block:(i + 1) * args.block] for i in range(count)]


def log_probs(services, sequences):
    """Of every target of all sequences: by the model alone, and with retrieval."""
    pb, base, mixed = services.lm_pb, [], []
    for ids in sequences:
        request = pb.ScoreRequest(sequences=[pb.ScoreSequence(token_ids=ids, first_target=1)])
        request.retrievals.add(datastore=DATASTORE, k=1024, temperature=10, **{"lambda": 0.2})
        for reply in services.lm.Score(request):
            base.append(np.frombuffer(reply.log_probs.data, np.float32))
            mixed.append(np.frombuffer(reply.retrieval_log_probs.data, np.float32))
    return {"model alone": np.concatenate(base).astype(np.float64), "with retrieval": np.concatenate(mixed).astype(np.float64)}


def best(services, sequences):
    """The most probable next token at every position."""
    pb, found = services.lm_pb, []
    for ids in sequences:
        for reply in services.lm.Forward(pb.ForwardRequest(sequences=[pb.ForwardSequence(token_ids=ids)], logits=True)):
            found.append(np.frombuffer(reply.logits.data, np.float32).reshape(reply.logits.shape).argmax(1))
    return np.concatenate(found)


def measure(precision, folder, generated, args):
    """Log probabilities and most probable tokens of services in a precision; the first ones make the datastore."""
    os.environ["KNNLM_MODEL_PRECISION"] = precision
    with up(args.model, folder) as ports:
        services = Services(ports, generated)
        if not (Path(folder) / "datastores" / DATASTORE).exists():
            corpus = Path(folder) / "corpus.txt"
            with open(args.corpus) as lines:
                corpus.write_text("".join(line for line, _ in zip(lines, range(args.corpus_lines))))
            print(f"datastore of {services.make_datastore(DATASTORE, corpus):,} keys", flush=True)
            services.build_index(DATASTORE)
        sequences = windows(services, args)
        return log_probs(services, sequences), best(services, sequences[:args.argmax_windows])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--corpus", required=True, help="one document a line")
    parser.add_argument("--corpus-lines", type=int, default=400)
    parser.add_argument("--text", required=True)
    parser.add_argument("--windows", type=int, default=16)
    parser.add_argument("--block", type=int, default=1024, help="tokens of a window")
    parser.add_argument("--argmax-windows", type=int, default=4, help="whose most probable tokens are compared, 200 KB a position")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "stubs").mkdir()
        generated = stubs(Path(folder) / "stubs")
        exact, exact_best = measure("fp32", folder, generated, args)
        rough, rough_best = measure("bf16", folder, generated, args)
    for way in exact:
        difference = rough[way] - exact[way]
        sizes = np.abs(difference)
        one, other = np.exp(-exact[way].mean()), np.exp(-rough[way].mean())
        print(f"{way:<15} {len(sizes):,} tokens: perplexity fp32 {one:.4f}  bf16 {other:.4f}  ratio {other / one:.5f}   "
              f"difference of a log probability: mean {difference.mean():+.5f}, mean size {sizes.mean():.4f}, "
              f"99th percentile {np.percentile(sizes, 99):.4f}, largest {sizes.max():.4f}")
    changed = exact_best != rough_best
    if len(changed):
        print(f"most probable token changed at {changed.sum():,} of {len(changed):,} positions, {changed.mean():.2%}")


if __name__ == "__main__":
    main()
