"""Parses every expression of alerts (manifests) and of a board: promql.py MANIFESTS BOARD."""

import json
import sys

import promql_parser
import yaml

manifests, board = sys.argv[1:]
with open(manifests) as file:
    rules = next(m for m in yaml.safe_load_all(file) if m and m["kind"] == "PrometheusRule")
with open(board) as file:
    panels = json.load(file)["panels"]
expressions = [rule["expr"] for group in rules["spec"]["groups"] for rule in group["rules"]]
expressions += [target["expr"] for panel in panels for target in panel.get("targets", [])]
for expression in expressions:
    try:
        promql_parser.parse(expression)
    except ValueError as e:
        sys.exit(f"{expression}\n{e}")
print(f"Alerts and board: {len(expressions)} expressions are valid", file=sys.stderr)
