#!/usr/bin/env python3
"""Writes the texts of the embedded default from facts/*.csv and sentences/*.txt.

    python3 generate.py            # corpus.jsonl, text.txt, and build/{train,validation,control}.txt

Every fourth entity is *held out*: train.txt may say its name and its kind, never one of its facts.
- build/train.txt    what the language model learns from, a document a block, blocks separated by an empty line
- corpus.jsonl       the memory: every fact of all held-out and most seen entities once, {"text"} a line
- text.txt           the evaluation: held-out entities, in sentence patterns that corpus.jsonl does not use
- build/validation.txt  as text.txt, on other held-out entities: k, T and λ are chosen on it
- build/control.txt  as text.txt, but seen entities, each fact in a pattern never used with it in train.txt

Standard library only; the same seed writes the same bytes.
"""
import argparse
import csv
import json
import random
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 20240815
RENDERINGS = 45  # documents about each seen entity in train.txt
MENTIONS = 8  # documents in train.txt that say a held-out entity's name and kind
ARTICLES = 80  # articles in each of text.txt, validation.txt and control.txt
CORPUS = 1000  # documents of corpus.jsonl: one batch of the datastore
TAIL = 30  # a datastore drops a batch's last, incomplete window: held-out entities stay out of the last documents
# Of three consecutive patterns of a relation, the corpus uses the first two and the evaluation the third.
EVALUATION_PATTERN = 2


@dataclass(frozen=True)
class Kind:
    """One table of facts and the sentences that tell them."""

    name: str
    article: str  # "the " or ""
    plural: str
    relations: tuple  # column names of the table
    patterns: dict  # relation, or "intro" -> sentence patterns


@dataclass(frozen=True)
class Entity:
    kind: Kind
    name: str
    facts: dict  # relation -> value, known ones only
    held_out: bool

    @property
    def spoken(self):
        return self.kind.article + self.name

    @property
    def title(self):
        bare = self.name.removeprefix("the ")
        return bare[0].upper() + bare[1:]


def read_sections(path):
    sections, current = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            current.append(line)
    return sections


def words_match(phrases, flags=re.IGNORECASE):
    """A regular expression that finds any of the phrases as whole words."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", flags)


def may_be_held_out(name, facts, other_names, prose):
    """Not a name that is a common word or a part of another name, nor one that tells a fact (Mount Kenya)."""
    pattern = words_match([name.removeprefix("the ")])
    common = pattern.search(prose) or any(pattern.search(other) for other in other_names)
    return not common and not words_match(facts, flags=0).search(name)


def load(folder=HERE):
    """The entities of all tables, and the general sentences by section."""
    general = read_sections(folder / "sentences" / "general.txt")
    tables, kinds, names = {}, {}, []
    prose = " ".join(sentence for section in general.values() for sentence in section)
    for path in sorted((folder / "facts").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            tables[path.stem] = list(reader)
            relations = tuple(reader.fieldnames[1:])
        sentences = folder / "sentences" / path.with_suffix(".txt").name
        article, plural = sentences.read_text(encoding="utf-8").splitlines()[0].strip("# ").split(" | ")
        patterns = read_sections(sentences)
        kinds[path.stem] = Kind(path.stem, "the " if article == "the" else "", plural, relations, patterns)
        names += [row["name"] for row in tables[path.stem]]
        prose += " " + " ".join(pattern for section in patterns.values() for pattern in section)
    entities = []
    for stem, rows in tables.items():
        eligible = []
        for row in rows:
            others = list(names)
            others.remove(row["name"])
            if may_be_held_out(row["name"], [row[r] for r in kinds[stem].relations if row[r]], others, prose):
                eligible.append(row["name"])
        random.Random(f"{SEED} split {stem}").shuffle(eligible)
        held_out = set(eligible[: len(rows) // 4])
        for row in rows:
            facts = {relation: row[relation] for relation in kinds[stem].relations if row[relation]}
            entities.append(Entity(kinds[stem], row["name"], facts, row["name"] in held_out))
    return entities, general


def fill(pattern, entity, value="", relation=""):
    """Puts an entity and a value into a pattern; {Name} starts with a capital, {a:x} has its article."""
    spoken = entity.spoken
    article = "an" if value[:1].lower() in "aeio" else "a"
    text = pattern.replace("{name}", spoken).replace("{plural}", entity.kind.plural)
    text = text.replace("{Name}", spoken[0].upper() + spoken[1:])
    if relation:
        text = text.replace("{a:" + relation + "}", f"{article} {value}").replace("{" + relation + "}", value)
    assert "{" not in text, f"{entity.kind.name}: unknown placeholder in {pattern!r}"
    return text


def unseen_pattern(entity, relation):
    """The pattern in which train.txt never tells this fact; control.txt does."""
    candidates = range(EVALUATION_PATTERN, len(entity.kind.patterns[relation]), 3)
    return candidates[zlib.crc32(f"{entity.name}/{relation}".encode()) % len(candidates)]


def tell(entity, relation, rng, usable):
    """One sentence for a fact, in a pattern of which usable(index) is true, with its (a|b) choices made."""
    patterns = entity.kind.patterns[relation]
    pattern = rng.choice([p for i, p in enumerate(patterns) if usable(i)])
    pattern = re.sub(r"\(([^()]*)\)", lambda m: rng.choice(m[1].split("|")), pattern)
    return fill(pattern, entity, entity.facts[relation], relation)


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


def train_documents(entities, general):
    held_out = words_match([e.name.removeprefix("the ") for e in entities if e.held_out])
    rng, documents = random.Random(f"{SEED} train"), []
    for entity in entities:
        # A fact whose value names a held-out entity would say something about that one.
        tellable = [r for r, value in entity.facts.items() if not held_out.search(value)]
        for _ in range(MENTIONS if entity.held_out else RENDERINGS):
            if entity.held_out or rng.random() < 0.08:
                documents.append(factless(entity, general, rng))
                continue
            relations = rng.sample(tellable, rng.randint((len(tellable) + 1) // 2, len(tellable)))
            documents.append(article(entity, relations, general, rng, lambda r, i: i != unseen_pattern(entity, r)))
    # Jupiter beside its moons in a list would tell a fact.
    values = {value for e in entities for value in e.facts.values()}
    listable = [e for e in entities if e.name not in values]
    documents += [about_the_book(listable, general, rng) for _ in range(12 * RENDERINGS)]
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


def held_out_articles(entities, general):
    """The articles of text.txt and those of build/validation.txt, on different entities."""
    chosen = random.Random(f"{SEED} evaluation").sample([e for e in entities if e.held_out], 2 * ARTICLES)
    return tuple(
        evaluation_articles(some, general, name, lambda e, r, i: i % 3 == EVALUATION_PATTERN)
        for name, some in (("text", chosen[:ARTICLES]), ("validation", chosen[ARTICLES:]))
    )


def control_articles(entities, general):
    chosen = random.Random(f"{SEED} control").sample([e for e in entities if not e.held_out], ARTICLES)
    return evaluation_articles(chosen, general, "control", lambda e, r, i: i == unseen_pattern(e, r))


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
    (out / "corpus.jsonl").write_text(
        "".join(json.dumps({"text": d}, ensure_ascii=False) + "\n" for d in corpus), encoding="utf-8"
    )
    facts = sum(len(e.facts) for e in entities)
    held_out = sum(e.held_out for e in entities)
    print(f"{len(entities)} entities with {facts} facts; {held_out} entities are held out")
    print(f"train {len(train)} documents, corpus {len(corpus)}, text, validation and control {ARTICLES} articles each")


if __name__ == "__main__":
    main()
