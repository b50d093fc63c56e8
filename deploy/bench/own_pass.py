#!/usr/bin/env python3
"""What it costs that a request's sequences go through the model without those of others (own_pass), as eval-service asks.

    deploy/bench/run own_pass.py --model DIR --data FOLDER [--callers 2] [--batch 16]

Two callers at a time send requests like those of eval-service: 16 questions of obqa or mmlu with their options, of sst2, or
prompts of nq or gsm8k. Left with passes shared by all, right with passes of each request's own. The prefix cache is off: the
same prompts come again and again here, as they do not in a run.
"""
import argparse
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services import Services, stubs, up
from turns import in_turns


def rows(file, count):
    with open(file) as lines:
        return [json.loads(line) for line, _ in zip(lines, range(count))]


class Asking:
    def __init__(self, services, data, batch):
        self.services, self.data, self.batch = services, data, batch

    def tokens(self, texts, plain=False):
        pb, found = self.services.lm_pb, [[] for _ in texts]
        for reply in self.services.lm.Tokenize(pb.TokenizeRequest(texts=texts, without_special_tokens=plain)):
            found[reply.text].extend(reply.token_ids)
        return found

    def batches(self, items):
        return [items[i:i + self.batch] for i in range(0, len(items), self.batch)]

    def scores(self, pairs):
        """Requests that score options after their premise, after the domain premise and after the bare token."""
        requests, domain = [], self.tokens([" the answer is:"])[0]
        for batch in self.batches(pairs):
            request = self.services.lm_pb.ScoreRequest()
            options = []
            for premise, texts in batch:
                before = self.tokens([premise])[0]
                after = self.tokens([" " + text for text in texts], plain=True)
                options += after
                for ids in after:
                    request.sequences.add(token_ids=before + ids, first_target=len(before))
            for before in (domain, [584]):
                for ids in options:
                    request.sequences.add(token_ids=before + ids, first_target=len(before))
            requests.append(request)
        return requests, self.services.lm.Score

    def obqa(self):
        return self.scores([(r["question_stem"], r["choices"]["text"]) for r in rows(self.data / "openbookqa/test.jsonl", 8 * self.batch)])

    def mmlu(self):
        return self.scores([(r["question"], r["choices"]) for r in rows(self.data / "mmlu/test.jsonl", 8 * self.batch)])

    def sst2(self):
        requests = []
        for batch in self.batches(rows(self.data / "sst2/test.jsonl", 16 * self.batch)):
            request = self.services.lm_pb.NextTokenRequest(token_ids=range(1000, 1200))
            for ids in self.tokens([row["text"] + " The sentence has a tone that is" for row in batch]):
                request.sequences.add(token_ids=ids)
            requests.append(request)
        return requests, self.services.lm.NextToken

    def continued(self, prompts, new):
        requests = []
        for batch in self.batches(prompts):
            request = self.services.lm_pb.GenerateRequest(max_new_tokens=new, stop=["\n"])
            for ids in self.tokens(batch):
                request.prompts.add().tokens.token_ids.extend(ids)
            requests.append(request)
        return requests, self.services.lm.Generate

    def nq(self):
        return self.continued([f"Answer these questions:\nQuestion: {r['question']}?\nAnswer:"
                               for r in rows(self.data / "nq_open/validation.jsonl", 6 * self.batch)], 15)

    def gsm8k(self):
        shots = (self.data / "gsm8k/prompt_8shot.txt").read_text()
        return self.continued([shots.replace("{question}", r["question"]) for r in rows(self.data / "gsm8k/test.jsonl", 2 * self.batch)], 128)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--data", required=True, type=Path, help="folder of the data sets")
    parser.add_argument("--only", default="obqa,mmlu,sst2,nq,gsm8k")
    parser.add_argument("--callers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16, help="examples of a request")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prefix-cache", default="0", help="knnlm.model.prefix-cache")
    args = parser.parse_args()
    os.environ["KNNLM_MODEL_PREFIX_CACHE"] = args.prefix_cache
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "stubs").mkdir()
        generated = stubs(Path(folder) / "stubs")
        with up(args.model, folder) as ports, ThreadPoolExecutor(args.callers) as callers:
            asking = Asking(Services(ports, generated), args.data, args.batch)
            for name in args.only.split(","):
                requests, call = getattr(asking, name)()

                def ask(own):
                    for request in requests:
                        request.own_pass = own
                    list(callers.map(lambda request: list(call(request)), requests))

                in_turns(f"{name}, {len(requests)} requests", lambda: ask(False), lambda: ask(True), args.rounds, "requests/s",
                         len(requests), ("shared", "own"))


if __name__ == "__main__":
    main()
