"""Checks of the committed texts: python3 -m unittest (standard library only)."""
import json
import random
import re
import unittest

import generate
import questions


class TinyFactsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.entities, cls.general = generate.load()
        cls.held_out = [e for e in cls.entities if e.held_out]
        cls.by_title = {e.title: e for e in cls.entities}
        lines = (generate.HERE / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
        cls.corpus = [json.loads(line)["text"] for line in lines]
        cls.asked = generate.task_questions(cls.entities)
        cls.text = (generate.HERE / "text.txt").read_text(encoding="utf-8")

    def test_no_training_document_tells_a_fact_of_a_held_out_entity(self):
        documents = generate.train_documents(self.entities, self.general)
        self.assertEqual([], generate.leaks(documents, self.entities))
        joined = "\n".join(documents)
        for entity in self.held_out:  # the names themselves are known
            self.assertIn(entity.title, joined)

    def test_practice_asks_nothing_about_held_out_entities_nor_what_is_kept_to_see_whether_it_helped(self):
        asked, _ = questions.practised(generate.tellable(self.entities))
        held_out = {e.name for e in self.held_out}
        self.assertEqual([], [q for q in asked if q.about & held_out])
        names = generate.words_match([name.removeprefix("the ") for name in held_out])
        self.assertEqual([], [q for q in asked if names.search(q.told())])
        for task in questions.TASKS:
            kept = self.asked["control"][task]
            self.assertTrue(kept, task)
            self.assertEqual(set(), {q.about for q in asked} & {q.about for q in kept}, task)

    def test_tasks_and_validation_ask_about_different_held_out_entities(self):
        for task in questions.TASKS:
            about = []
            for name in "tasks", "validation":
                asked = [{e for e in self.held_out if e.name in q.about} for q in self.asked[name][task]]
                self.assertTrue(asked and all(asked), f"{name} {task}")
                about.append(set().union(*asked))
            self.assertEqual(set(), about[0] & about[1], task)

    def test_the_answer_is_what_the_tables_say(self):
        spoken = {e.spoken: e for e in self.held_out}
        columns = {"born earlier": ("birth", min), "born later": ("birth", max), "heavier": ("number", max)}
        for question in self.asked["tasks"]["comparison"]:
            for words in filter(question.premise.__contains__, columns):
                column, chosen = columns[words]
                numbers = {option: int(spoken[option].facts[column]) for option in question.options}
                self.assertEqual(chosen(numbers, key=numbers.get), question.answer, question)
        values = sorted({v for e in self.entities for v in e.facts.values()}, key=len, reverse=True)
        for question in self.asked["tasks"]["counting"]:
            _, asked, names = question.premise.split("?")[0].split(": ")
            value = next(v for v in values if asked.endswith(f" {v}"))
            count = sum(value in spoken[name].facts.values() for name in names.split(", "))
            self.assertEqual(questions.COUNTS[count], question.answer, question)
        for task in "recall_names", "recall_numbers", "join":
            for question in self.asked["tasks"][task]:
                facts = [(r, v) for e in self.entities if e.name in question.about for r, v in e.facts.items()]
                told = {v for r, v in facts if r in question.about}
                self.assertTrue({question.answer, re.sub("^an? ", "", question.answer)} & told, question)

    def test_the_leak_check_finds_every_single_fact(self):
        rng = random.Random(0)
        for entity in self.held_out:
            for relation in entity.facts:
                told = generate.tell(entity, relation, rng, lambda i: "{name}" in entity.kind.patterns[relation][i])
                self.assertTrue(generate.leaks([told], self.entities), told)

    def test_a_quarter_of_each_kind_is_held_out(self):
        for kind in {e.kind.name for e in self.entities}:
            flags = [e.held_out for e in self.entities if e.kind.name == kind]
            self.assertEqual(len(flags) // 4, sum(flags), kind)

    def test_each_relation_has_nine_patterns_that_name_it(self):
        for kind in {e.kind.name: e.kind for e in self.entities}.values():
            for relation in kind.relations:
                patterns = kind.patterns[relation]
                self.assertEqual(9, len(set(patterns)), f"{kind.name} {relation}")
                for pattern in patterns:
                    self.assertRegex(pattern, r"\{(a:)?" + relation + r"\}")

    def test_the_corpus_tells_every_fact_of_every_held_out_entity(self):
        documents = {d.split("\n")[0].strip("= "): d for d in self.corpus}
        for entity in self.held_out:
            for value in entity.facts.values():
                self.assertIn(value, documents[entity.title])

    def test_the_text_is_about_held_out_entities_in_sentences_the_corpus_lacks(self):
        remembered = {s for d in self.corpus for s in sentences(d)}
        for article in self.text.split("\n \n = = = ")[1:]:
            title = article.split(" = = = ")[0]
            self.assertTrue(self.by_title[title].held_out, title)
            told = [s for s in sentences(article) if self.tells(title, s)]
            self.assertTrue(told)
            self.assertEqual(set(), remembered.intersection(told))

    def tells(self, title, sentence):
        entity = self.by_title[title]
        intros = [generate.fill(p, entity) for p in entity.kind.patterns["intro"]]
        return sentence not in intros and sentence not in self.general[entity.kind.name]

    def test_the_committed_files_are_what_the_script_writes(self):
        corpus = generate.corpus_documents(self.entities, self.general)
        self.assertEqual(corpus, self.corpus)
        text, validation = generate.held_out_articles(self.entities, self.general)
        self.assertEqual(generate.wikitext(text), self.text)
        for task, asked in self.asked["tasks"].items():
            lines = (generate.HERE / "tasks" / f"{task}.jsonl").read_text(encoding="utf-8").splitlines()
            self.assertEqual([json.dumps(q.row(), ensure_ascii=False) for q in asked], lines)
        self.assertEqual(set(), {a.split("\n")[0] for a in text} & {a.split("\n")[0] for a in validation})


def sentences(document):
    body = document.split("\n", 1)[1]
    return [s.strip().rstrip(".") + "." for line in body.split("\n") for s in line.split(". ") if s.strip()]


if __name__ == "__main__":
    unittest.main()
