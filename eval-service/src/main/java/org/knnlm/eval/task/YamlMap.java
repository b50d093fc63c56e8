package org.knnlm.eval.task;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A mapping of a YAML file that remembers its lines. Every key must be asked for: {@link #end()}
 * refuses the others. Scalars are texts as they are written; a task says what is a number.
 */
final class YamlMap {
  private static final int MAX_CHARACTERS = 1 << 20;

  private final String file;
  private final int line;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  private YamlMap(String file, Node node) {
    this.file = file;
    this.line = line(node);
    if (!(node instanceof MappingNode mapping)) {
      throw new TaskFileException(
          file, line, "found %s, a mapping is needed".formatted(kind(node)));
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = scalar(tuple.getKeyNode());
      if (values.put(key, tuple.getValueNode()) != null) {
        throw new TaskFileException(
            file, line(tuple.getKeyNode()), "the key %s for the second time".formatted(key));
      }
      lines.put(key, line(tuple.getKeyNode()));
    }
  }

  /** The one document of a file. */
  static YamlMap parse(String file, String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new TaskFileException(
          file,
          1,
          "%,d characters, at most %,d are allowed".formatted(text.length(), MAX_CHARACTERS));
    }
    var options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    try {
      Node root = new Yaml(new SafeConstructor(options)).compose(new java.io.StringReader(text));
      if (root == null) {
        throw new TaskFileException(file, 1, "the file is empty");
      }
      return new YamlMap(file, root);
    } catch (MarkedYAMLException e) {
      int at = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new TaskFileException(file, at, e.getProblem());
    }
  }

  boolean has(String key) {
    asked.add(key);
    return values.containsKey(key);
  }

  String text(String key) {
    return scalar(node(key));
  }

  Optional<String> optionalText(String key) {
    return has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  int integer(String key, int least, int most) {
    String text = text(key);
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw problem(key, "found \"%s\", allowed is %d to %d".formatted(text, least, most));
  }

  /** A value of a parser that says in an IllegalArgumentException what it does not understand. */
  <T> T parsed(String key, Function<String, T> parser) {
    try {
      return parser.apply(text(key));
    } catch (IllegalArgumentException e) {
      throw problem(key, e.getMessage());
    }
  }

  boolean isList(String key) {
    asked.add(key);
    return values.get(key) instanceof SequenceNode;
  }

  /** A list of texts, or one text. */
  List<String> texts(String key) {
    Node node = node(key);
    return node instanceof SequenceNode list
        ? list.getValue().stream().map(this::scalar).toList()
        : List.of(scalar(node));
  }

  /** A list whose items are lists of texts, or texts. */
  List<List<String>> textLists(String key) {
    Node node = node(key);
    if (!(node instanceof SequenceNode list)) {
      throw problem(key, "found %s, a list is needed".formatted(kind(node)));
    }
    return list.getValue().stream()
        .map(
            item ->
                item instanceof SequenceNode inner
                    ? inner.getValue().stream().map(this::scalar).toList()
                    : List.of(scalar(item)))
        .toList();
  }

  YamlMap map(String key) {
    return new YamlMap(file, node(key));
  }

  Optional<YamlMap> optionalMap(String key) {
    return has(key) ? Optional.of(map(key)) : Optional.empty();
  }

  /** Which one of the keys is there; exactly one must be. */
  String oneOf(String... keys) {
    List<String> found = List.of(keys).stream().filter(values::containsKey).toList();
    if (found.size() != 1) {
      throw new TaskFileException(
          file,
          found.isEmpty() ? line : lines.get(found.get(1)),
          "found %s, exactly one of %s is needed"
              .formatted(
                  found.isEmpty() ? "none" : String.join(" and ", found), String.join(", ", keys)));
    }
    asked.addAll(List.of(keys));
    return found.getFirst();
  }

  TaskFileException problem(String key, String problem) {
    return new TaskFileException(file, lines.getOrDefault(key, line), key + ": " + problem);
  }

  /** Refuses keys that nobody asked for. */
  void end() {
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        throw new TaskFileException(
            file,
            lines.get(key),
            "found the key %s, allowed are %s".formatted(key, String.join(", ", asked)));
      }
    }
  }

  private Node node(String key) {
    asked.add(key);
    Node node = values.get(key);
    if (node == null) {
      throw new TaskFileException(file, line, "the key %s is missing".formatted(key));
    }
    return node;
  }

  private String scalar(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw new TaskFileException(
        file, line(node), "found %s, a text is needed".formatted(kind(node)));
  }

  private static String kind(Node node) {
    return switch (node) {
      case MappingNode _ -> "a mapping";
      case SequenceNode _ -> "a list";
      case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
      default -> "an alias";
    };
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
