#!/usr/bin/env python3
"""Beside EleutherAI's lm-evaluation-harness, example by example: log likelihoods of options and what each side chooses.

    deploy/bench/run harness.py --model DIR --data FOLDER [--limit 200] [--no-bos]

The harness runs its own formulas of arc_easy, arc_challenge, openbookqa and winogrande (acc, acc_norm) on rows of local
files; its task definitions are written here, word for word but for where the rows come from. eval-service runs its own
tasks, and ARC with the harness's prompt as a task of a user. FOLDER has arc_easy/test.jsonl and so on in the hub's fields.
--no-bos leaves the harness at its own default for this model, without a BOS token before the prompt.
"""
import argparse
import tempfile
from pathlib import Path

from rest import examples, run
from services import up

ARC = dict(file="test.jsonl", doc_to_text="Question: {{question}}\nAnswer:", doc_to_target="{{choices.label.index(answerKey)}}",
           doc_to_choice="{{choices.text}}")
# As in lm_eval/tasks/{arc,openbookqa,winogrande}
HARNESS = {
    "arc_easy": ARC,
    "arc_challenge": ARC,
    "openbookqa": dict(file="test.jsonl", doc_to_text="question_stem", doc_to_target="{{choices.label.index(answerKey.lstrip())}}",
                       doc_to_choice="{{choices.text}}"),
    "winogrande": dict(file="validation.jsonl", winogrande=True),
}
# ARC as the paper's protocol asks for it: the bare question
BARE = {f"{name}_bare": dict(ARC, doc_to_text="{{question}}", folder=name) for name in ("arc_easy", "arc_challenge")}

OURS = {"arc_easy": "arc_easy_harness", "arc_challenge": "arc_challenge_harness", "openbookqa": "obqa", "winogrande": "winogrande",
        "arc_easy_bare": "arc_easy", "arc_challenge_bare": "arc_challenge"}

TASK = """task: {name}_harness
version: 1
description: with the harness's prompt
data: {{files: [{name}/test.jsonl], get: nothing}}
score:
  options: choices.text
  premise: "Question: {{question}}\\nAnswer:"
  continuation: " {{option}}"
  answer: {{field: answerKey, among: choices.label}}
metrics: [lm, tok_mean]
"""


def winogrande_text(doc):
    return {"1": 0, "2": 1}[doc["answer"]]


def winogrande_target(doc):
    return doc["sentence"][doc["sentence"].index("_") + 1:].strip()


def winogrande_choice(doc):
    at = doc["sentence"].index("_")
    return [doc["sentence"][:at] + doc[option] for option in ("option1", "option2")]


def definition(name, task, data):
    """A task as the harness takes it."""
    made = dict(task=f"local_{name}", dataset_path="json", test_split="train", output_type="multiple_choice",
                dataset_kwargs={"data_files": str(data / task.get("folder", name) / task["file"])},
                metric_list=[dict(metric=m, aggregation="mean", higher_is_better=True) for m in ("acc", "acc_norm")])
    if task.get("winogrande"):
        return dict(made, doc_to_text=winogrande_text, doc_to_target=winogrande_target, doc_to_choice=winogrande_choice)
    return dict(made, **{k: task[k] for k in ("doc_to_text", "doc_to_target", "doc_to_choice")})


def harness(args, data, tasks):
    """Of each task the harness's log likelihoods by example and option, and its metrics."""
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    model = HFLM(pretrained=args.model, tokenizer=args.model, dtype="float32", device="cpu", batch_size=8, add_bos_token=not args.no_bos)
    found = lm_eval.simple_evaluate(model=model, tasks=[definition(name, task, data) for name, task in tasks.items()], limit=args.limit,
                                    log_samples=True, bootstrap_iters=0, task_manager=TaskManager(include_defaults=False))
    results = {}
    for name in tasks:
        samples = sorted(found["samples"][f"local_{name}"], key=lambda sample: sample["doc_id"])
        results[name] = ([[float(answer[0]) for answer in sample["filtered_resps"]] for sample in samples],
                         [sample["acc"] for sample in samples], [sample["acc_norm"] for sample in samples])
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--data", required=True, type=Path, help="folder of the data sets")
    parser.add_argument("--limit", type=int, default=200, help="examples of each task")
    parser.add_argument("--only", default=",".join(OURS), help="of these tasks")
    parser.add_argument("--no-bos", action="store_true")
    args = parser.parse_args()
    tasks = {name: task for name, task in {**HARNESS, **BARE}.items() if name in args.only.split(",")}
    data = args.data.resolve()
    theirs = harness(args, data, tasks)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tasks").mkdir()
        (Path(folder) / "data-sets").symlink_to(data)
        for name in ("arc_easy", "arc_challenge"):
            (Path(folder) / "tasks" / f"{name}.yaml").write_text(TASK.format(name=name))
        with up(args.model, folder) as ports:
            number = run(ports["eval"], tasks=[OURS[name] for name in tasks], limit=args.limit)
            ours = {name: examples(ports["eval"], number, OURS[name]) for name in tasks}
    for name, (likelihoods, acc, acc_norm) in theirs.items():
        rows = [row["outcomes"][0] for row in ours[name]]
        assert len(rows) == len(likelihoods)
        difference = [abs(a + b) / max(1, abs(a)) for each, row in zip(likelihoods, rows) for a, b in zip(each, row["scores"]["lm"])]
        same = sum(bool(a) == bool(row["correct"]) for a, row in zip(acc, rows))
        mean = lambda values: 100 * sum(values) / len(values)
        print(f"{name:<19} n {len(rows)}  acc: harness {mean(acc):.1f}  ours {mean([row['correct'] for row in rows]):.1f}, "
              f"right or wrong alike in {same}  log likelihood: largest difference {max(difference):.1e} relative, "
              f"{sum(d > 1e-3 for d in difference)} of {len(difference)} above 1e-3   "
              f"harness acc_norm {mean(acc_norm):.1f}, our tok_mean {mean([row['metrics']['tok_mean'] for row in rows]):.1f}", flush=True)


if __name__ == "__main__":
    main()
