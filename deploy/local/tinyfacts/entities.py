"""The entities and their facts from facts/*.csv, and the sentences that tell them, from sentences/*.txt."""
import csv
import random
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 20240815
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


@dataclass(frozen=True, eq=False)
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


def with_article(value):
    return f"{'an' if value[:1].lower() in 'aeio' else 'a'} {value}"


def choose_words(pattern, rng):
    """Makes the (a|b) choices of a pattern."""
    return re.sub(r"\(([^()]*)\)", lambda m: rng.choice(m[1].split("|")), pattern)


def fill(pattern, entity, value="", relation=""):
    """Puts an entity and a value into a pattern; {Name} starts with a capital, {a:x} has its article."""
    spoken = entity.spoken
    text = pattern.replace("{name}", spoken).replace("{plural}", entity.kind.plural)
    text = text.replace("{Name}", spoken[0].upper() + spoken[1:])
    if relation:
        text = text.replace("{a:" + relation + "}", with_article(value)).replace("{" + relation + "}", value)
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
    return fill(choose_words(pattern, rng), entity, entity.facts[relation], relation)
