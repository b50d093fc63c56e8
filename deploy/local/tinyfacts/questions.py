"""Questions: what the model practises on seen entities, and what the tasks ask about held-out ones.

recall        one fact, as the end of a sentence that tells it; a number in recall_numbers, else in recall_names
join          the same about what another fact names: the capital of the country of Barcelona
comparison    which of two entities has the greater or the smaller number
counting      how many of three entities have a value
description   the class of something unnamed, from sentences that tell its other facts

Practice leaves out every eighth thing to ask, so that those show whether the model has learned to answer.
"""
import itertools
import random
import re
import zlib
from dataclasses import dataclass, replace

from entities import EVALUATION_PATTERN, HERE, SEED, choose_words, fill, load, read_sections, tell, unseen_pattern
from entities import with_article, words_match

TASKS = ("recall_names", "recall_numbers", "join", "comparison", "counting", "description")
PRACTICE = dict(zip(TASKS, (5000, 2000, 9000, 12000, 10000, 5000)))
EXAMPLES = 300  # of a task, or all there are
OPTIONS = 4
COUNTS = ("none", "one", "two", "three")


@dataclass(frozen=True)
class Question:
    about: frozenset  # names of entities, and the relation where a single fact is the answer
    premise: str
    options: tuple
    answer: str

    @property
    def reserved(self):
        """Whether practice leaves it out."""
        return zlib.crc32(" ".join(sorted(self.about)).encode()) % 8 == 0

    def told(self):
        return f"{self.premise} {self.answer}."

    def row(self):
        return {"premise": self.premise, "options": self.options, "answer": self.options.index(self.answer)}


class Asker:
    """Draws questions about the entities of `facts`, which maps each to the facts that may be asked of it."""

    def __init__(self, facts, others, usable, seed):
        """others: as facts, of whom a join may ask as well; usable(entity, relation, index): which patterns are."""
        self.facts, self.usable, self.rng = facts, usable, random.Random(f"{SEED} {seed}")
        self.values, self.known = {}, {}
        for entity in load()[0]:
            for relation, value in entity.facts.items():
                self.values.setdefault((entity.kind.name, relation), []).append(value)
        for entity, some in facts.items():
            for relation in some:
                self.known.setdefault((entity.kind.name, relation), []).append(entity)
        sections = read_sections(HERE / "sentences" / "questions.txt")
        self.forms = {name: dict(map(read_form, lines)) for name, lines in sections.items()}
        self.known_of = others | facts
        self.by_name = {(e.kind.name, e.name.removeprefix("the ")): e for e in self.known_of}

    def draw(self, task):
        """A question, or None when what was drawn first makes none."""
        return self.recall(task) if task.startswith("recall") else getattr(self, task)()

    def distinct(self, task, count, wanted=lambda question: True):
        """So many questions about different things, or those that were found."""
        found = {}
        for _ in range(60 * count):
            question = self.draw(task)
            if question and wanted(question):
                found.setdefault(question.about, question)
            if len(found) == count:
                break
        return list(found.values())

    def recall(self, task):
        entity, relation = self.fact(lambda key: self.is_number(key) == (task == "recall_numbers"))
        return self.sentence(entity, relation, entity, {entity.name, relation})

    def join(self):
        entity, relation = self.fact(self.forms["join"].__contains__)
        phrase, kind = self.forms["join"][entity.kind.name, relation]
        named = self.by_name.get((kind, entity.facts[relation].removeprefix("the ")))
        if named is None or not self.known_of[named]:
            return None
        second = self.rng.choice(self.known_of[named])
        subject = called(named, phrase.replace("{name}", entity.spoken))
        return self.sentence(named, second, subject, {entity.name, named.name, second})

    def comparison(self):
        kind, relation = self.rng.choice(self.pool("comparison"))
        a, b = self.rng.sample(self.known[kind, relation], 2)
        numbers = [int(e.facts[relation]) for e in (a, b)]
        if numbers[0] == numbers[1]:
            return None
        greater = self.rng.randrange(2)
        text = self.forms["comparison"][kind, relation][greater].replace("{a}", a.spoken).replace("{b}", b.spoken)
        answer = a if (numbers[0] > numbers[1]) == bool(greater) else b
        return Question(frozenset({a.name, b.name}), asking(text), (a.spoken, b.spoken), answer.spoken)

    def counting(self):
        kind, relation = self.rng.choice(self.pool("counting"))
        known = self.known[kind, relation]
        value, count = self.rng.choice(known).facts[relation], self.rng.randrange(len(COUNTS))
        having = [e for e in known if e.facts[relation] == value]
        lacking = [e for e in known if e.facts[relation] != value]
        if len(having) < count or len(lacking) < 3 - count:
            return None
        some = self.rng.sample(having, count) + self.rng.sample(lacking, 3 - count)
        self.rng.shuffle(some)
        text = self.forms["counting"][kind, relation][0].replace("{value}", value)
        for place, entity in zip("abc", some):
            text = text.replace("{" + place + "}", entity.spoken)
        return Question(frozenset(e.name for e in some), asking(text), COUNTS, COUNTS[count])

    def description(self):
        kind, relation = self.rng.choice(self.pool("description"))
        entity = self.rng.choice(self.known[kind, relation])
        question, unnamed = self.forms["description"][kind, relation]
        label = words_match([entity.facts[relation]])
        others = [r for r in self.facts[entity] if r != relation and not label.search(entity.facts[r])]
        if len(others) < 2:
            return None
        nameless = called(entity, unnamed)
        told = [
            tell(nameless, r, self.rng, lambda i: self.usable(entity, r, i))
            for r in self.rng.sample(others, self.rng.randint(2, min(4, len(others))))
        ]
        premise = asking(f"{' '.join(told)} {question}")
        return Question(frozenset({entity.name}), premise, self.options(kind, relation, entity), entity.facts[relation])

    def sentence(self, entity, relation, subject, about):
        """The beginning of a sentence that ends in the entity's fact; subject: as what it speaks of the entity."""
        pattern = re.compile(r"(.*\{[nN]ame\}.*) \{(a:)?" + relation + r"\}\.")
        patterns = [p for i, p in enumerate(entity.kind.patterns[relation]) if self.usable(entity, relation, i)]
        found = [match for match in map(pattern.fullmatch, patterns) if match]
        if not found:
            return None
        chosen = self.rng.choice(found)
        words = with_article if chosen[2] else str
        options = tuple(words(option) for option in self.options(entity.kind.name, relation, entity))
        premise = fill(choose_words(chosen[1], self.rng), subject)
        return Question(frozenset(about), premise, options, words(entity.facts[relation]))

    def options(self, kind, relation, entity):
        """The answer among values of others, frequent values more often, as they are for the answers."""
        values, chosen = self.values[kind, relation], {entity.facts[relation]}
        size = min(OPTIONS, len(set(values)))
        while len(chosen) < size:
            chosen.add(self.rng.choice(values))
        return tuple(self.rng.sample(sorted(chosen), size))

    def fact(self, wanted):
        """A known fact of a wanted (kind, relation), every fact as likely."""
        keys = [key for key in self.known if wanted(key)]
        key = self.rng.choices(keys, [len(self.known[key]) for key in keys])[0]
        return self.rng.choice(self.known[key]), key[1]

    def pool(self, section):
        """(kind, relation) of the section, as often as it has facts."""
        return [key for key in self.forms[section] for _ in self.known.get(key, [])]

    def is_number(self, key):
        return all(value.isdigit() for value in self.values[key])


def asking(question):
    return f"Question: {question}\nAnswer:"


def called(entity, words):
    """The entity under other words than its name."""
    return replace(entity, kind=replace(entity.kind, article=""), name=words)


def read_form(line):
    key, *forms = line.split(" | ")
    return tuple(key.split()), forms


def practised(told):
    """The questions that the model practises; told: each entity and what the model is told of it."""
    seen = {e: facts for e, facts in told.items() if not e.held_out}
    asker = Asker(seen, {}, lambda e, r, i: i != unseen_pattern(e, r), "practice")
    asked = []
    for task, count in PRACTICE.items():
        some = (q for q in iter(lambda: asker.draw(task), ()) if q and not q.reserved)
        asked += itertools.islice(some, count)
    asker.rng.shuffle(asked)
    return asked, asker.rng


def practice(told):
    """Documents of one to three questions with their answers."""
    asked, rng = practised(told)
    documents = []
    while asked:
        documents.append("\n".join(asked.pop().told() for _ in range(min(len(asked), rng.randint(1, 3)))))
    return documents


def tasks(facts, told, name):
    """Each task's questions on the entities of `facts`; on seen ones only what practice leaves out."""
    control = name == "control"
    usable = (lambda e, r, i: i == unseen_pattern(e, r)) if control else (lambda e, r, i: i % 3 == EVALUATION_PATTERN)
    asker = Asker(facts, told, usable, name)
    return {task: asker.distinct(task, EXAMPLES, lambda q: q.reserved or not control) for task in TASKS}
