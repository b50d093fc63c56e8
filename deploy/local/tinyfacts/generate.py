#!/usr/bin/env python3
"""Writes the texts of the embedded default from facts/*.csv and sentences/*.txt.

    python3 generate.py            # corpus.jsonl, text.txt, tasks/*.jsonl, and build/

Every fourth entity is *held out*: train.txt may say its name and its kind, never one of its facts.
- build/train.txt    what the language model learns from, a document a block, blocks separated by an empty line
- corpus.jsonl       the memory: every fact of all held-out and most seen entities once, {"text"} a line
- text.txt           the evaluation: held-out entities, in sentence patterns that corpus.jsonl does not use
- build/validation.txt  as text.txt, on other held-out entities: k, T and λ are chosen on it
- build/control.txt  as text.txt, but seen entities, each fact in a pattern never used with it in train.txt
- tasks/*.jsonl      questions about held-out entities, those of build/validation.txt left out
- build/validation/*.jsonl  such questions about the held-out entities of build/validation.txt
- build/control/*.jsonl     such questions about seen entities, which train.txt does not ask

Standard library only; the same seed writes the same bytes.
"""
import argparse
import json
import random
from pathlib import Path

import questions
from entities import EVALUATION_PATTERN, HERE, SEED, fill, load, tell, unseen_pattern, words_match

RENDERINGS = 40  # documents about each seen entity in train.txt
MENTIONS = 16  # documents in train.txt that say a held-out entity's name and kind
ARTICLES = 80  # articles in each of text.txt, validation.txt and control.txt
CORPUS = 1000  # documents of corpus.jsonl: one batch of the datastore
TAIL = 30  # a datastore drops a batch's last, incomplete window: held-out entities stay out of the last documents


def document(entity, sentences, rng):
    """The heading and the sentences in paragraphs of two to four."""
    lines, start = [f"= = = {entity.title} = = ="], 0
    while start < len(sentences):
        end = start + rng.randint(2, 4)
        lines.append(" ".join(sentences[start:end]))
        start = end
    return "\n".join(lines)


def article(entity, relations, general, rng, usable):
    """A document that opens with the entity and tells the relations in random order."""
    sentences = [fill(rng.choice(entity.kind.patterns["intro"]), entity)]
    for relation in rng.sample(relations, len(relations)):
        sentences.append(tell(entity, relation, rng, lambda i: usable(relation, i)))
        if rng.random() < 0.1:
            sentences.append(rng.choice(general[entity.kind.name]))
    return document(entity, sentences, rng)


def factless(entity, general, rng):
    """A document that says an entity's name and kind only."""
    sentences = [fill(rng.choice(entity.kind.patterns["intro"]), entity)]
    sentences += [fill(p, entity) for p in rng.sample(general["mention"], rng.randint(1, 3))]
    sentences += rng.sample(general[entity.kind.name], rng.randint(0, 2))
    return document(entity, sentences, rng)


def about_the_book(listable, general, rng):
    """A document that lists the names of entities of one kind."""
    kind = rng.choice(sorted({e.kind.name for e in listable}))
    some = rng.sample([e for e in listable if e.kind.name == kind], 6)
    listed = ", ".join(e.spoken for e in some[:-1]) + " and " + some[-1].spoken
    sentences = rng.sample(general["book-about-itself"], 3) + rng.sample(general[kind], 2)
    sentences.insert(rng.randint(1, 4), f"Among the {some[0].kind.plural} in this book are {listed}.")
    return "= = = About this book = = =\n" + " ".join(sentences)


def tellable(entities):
    """What train.txt may tell of each entity: a fact whose value names a held-out one would say something about that."""
    held_out = words_match([e.name.removeprefix("the ") for e in entities if e.held_out])
    return {e: [r for r, v in e.facts.items() if not e.held_out and not held_out.search(v)] for e in entities}


def train_documents(entities, general):
    rng, documents = random.Random(f"{SEED} train"), []
    told = tellable(entities)
    for entity in entities:
        for _ in range(MENTIONS if entity.held_out else RENDERINGS):
            if entity.held_out or rng.random() < 0.08:
                documents.append(factless(entity, general, rng))
                continue
            relations = rng.sample(told[entity], rng.randint((len(told[entity]) + 1) // 2, len(told[entity])))
            documents.append(article(entity, relations, general, rng, lambda r, i: i != unseen_pattern(entity, r)))
    # Jupiter beside its moons in a list would tell a fact.
    values = {value for e in entities for value in e.facts.values()}
    listable = [e for e in entities if e.name not in values]
    documents += [about_the_book(listable, general, rng) for _ in range(12 * RENDERINGS)]
    documents += questions.practice(told)
    rng.shuffle(documents)
    return documents


def corpus_documents(entities, general):
    rng = random.Random(f"{SEED} corpus")
    held_out = [e for e in entities if e.held_out]
    seen = [e for e in entities if not e.held_out]
    seen = rng.sample(seen, CORPUS - len(held_out))
    ordered = held_out + seen[TAIL:]
    rng.shuffle(ordered)
    ordered += seen[:TAIL]
    return [article(e, list(e.facts), general, rng, lambda r, i: i % 3 != EVALUATION_PATTERN) for e in ordered]


def evaluation_articles(entities, general, name, usable):
    """Articles on the entities, every known fact told once."""
    rng = random.Random(f"{SEED} {name}")
    return [article(e, list(e.facts), general, rng, lambda r, i: usable(e, r, i)) for e in entities]


def evaluated(entities):
    """The held-out entities of text.txt, and those on which k, T and λ are chosen."""
    chosen = random.Random(f"{SEED} evaluation").sample([e for e in entities if e.held_out], 2 * ARTICLES)
    return chosen[:ARTICLES], chosen[ARTICLES:]


def held_out_articles(entities, general):
    """The articles of text.txt and those of build/validation.txt, on different entities."""
    return tuple(
        evaluation_articles(some, general, name, lambda e, r, i: i % 3 == EVALUATION_PATTERN)
        for name, some in zip(("text", "validation"), evaluated(entities))
    )


def control_articles(entities, general):
    chosen = random.Random(f"{SEED} control").sample([e for e in entities if not e.held_out], ARTICLES)
    return evaluation_articles(chosen, general, "control", lambda e, r, i: i == unseen_pattern(e, r))


def task_questions(entities):
    """Questions of each task for tasks/, build/validation/ and build/control/."""
    told, settled = tellable(entities), evaluated(entities)[1]
    seen = {e: facts for e, facts in told.items() if not e.held_out}
    held_out = {e: list(e.facts) for e in entities if e.held_out}
    sets = {
        "tasks": {e: facts for e, facts in held_out.items() if e not in settled},
        "validation": {e: held_out[e] for e in settled},
        "control": seen,
    }
    return {name: questions.tasks(facts, seen, name) for name, facts in sets.items()}


def wikitext(articles):
    """The WikiText layout: headings and paragraphs with a blank at both ends, empty lines around headings."""
    lines = []
    for text in articles:
        heading, *paragraphs = text.split("\n")
        lines += [" ", f" {heading} ", " "] + [f" {p} " for p in paragraphs]
    return "\n".join(lines) + "\n"


def leaks(documents, entities):
    """(entity, document) for every document that holds the name of a held-out entity and one of its values."""
    secrets = {e.name.removeprefix("the ").lower(): e for e in entities if e.held_out}
    names = words_match(secrets)
    # In their own case: In is indium's symbol, in is a word.
    values = {name: words_match(e.facts.values(), flags=0) for name, e in secrets.items()}
    found = []
    for text in documents:
        for name in {m.lower() for m in names.findall(text)}:
            if values[name].search(text):
                found.append((name, text))
    return found


def write_jsonl(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Writes corpus.jsonl, text.txt and build/*.txt.")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this script)")
    out = parser.parse_args().out
    entities, general = load()
    train = train_documents(entities, general)
    found = leaks(train, entities)
    if found:
        raise SystemExit(f"{len(found)} leaks of held-out facts, the first of {found[0][0]}:\n{found[0][1]}")
    text, validation = held_out_articles(entities, general)
    control = control_articles(entities, general)
    corpus = corpus_documents(entities, general)
    (out / "build").mkdir(parents=True, exist_ok=True)
    (out / "build" / "train.txt").write_text("\n\n".join(train) + "\n", encoding="utf-8")
    (out / "build" / "validation.txt").write_text(wikitext(validation), encoding="utf-8")
    (out / "build" / "control.txt").write_text(wikitext(control), encoding="utf-8")
    (out / "text.txt").write_text(wikitext(text), encoding="utf-8")
    write_jsonl(out / "corpus.jsonl", [{"text": d} for d in corpus])
    for name, tasks in task_questions(entities).items():
        folder = out / "tasks" if name == "tasks" else out / "build" / name
        folder.mkdir(parents=True, exist_ok=True)
        for task, asked in tasks.items():
            write_jsonl(folder / f"{task}.jsonl", [q.row() for q in asked])
    facts = sum(len(e.facts) for e in entities)
    held_out = sum(e.held_out for e in entities)
    print(f"{len(entities)} entities with {facts} facts; {held_out} entities are held out")
    print(f"train {len(train)} documents, corpus {len(corpus)}, text, validation and control {ARTICLES} articles each")


if __name__ == "__main__":
    main()
