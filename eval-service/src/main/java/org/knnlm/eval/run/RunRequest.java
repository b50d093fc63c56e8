package org.knnlm.eval.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.task.DataFolder;
import org.knnlm.eval.task.Metric;
import org.knnlm.eval.task.MissingDataException;
import org.knnlm.eval.task.Task;
import org.knnlm.eval.task.TaskCatalog;

/**
 * A run as somebody asks for it; nothing is checked yet.
 *
 * @param name for people, at most 200 characters; may be left out
 * @param protocol {@code wikitext} or {@code blocks}
 * @param text file, relative to the folder of texts
 * @param format {@code jsonl} or {@code lines}; left out, the file's extension tells
 * @param textField field of a JSON object that holds the text; left out for {@code text}
 * @param settings retrieval settings; may be left out, the base model is always measured
 * @param tasks names of tasks, instead of a text and what belongs to it
 * @param limit most examples of each task, or of each of its sub-tasks; left out for all
 */
public record RunRequest(
    String name,
    String protocol,
    String text,
    String format,
    String textField,
    List<Setting> settings,
    List<String> tasks,
    Integer limit) {

  /** Most settings of one run. */
  public static final int MAX_SETTINGS = 64;

  /** Most tasks of one run. */
  public static final int MAX_TASKS = 64;

  private static final int MAX_NAME = 200;
  private static final Pattern DATASTORE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  /**
   * A retrieval setting.
   *
   * @param datastore name of a datastore
   * @param k neighbours of each position, at least 1; left out for the preset's
   * @param temperature greater than 0; left out for the preset's
   * @param lambda weight of the neighbours, 0 to 1; left out for the preset's
   * @param nprobe lists to visit, at least 1; left out for the index's own
   * @param exactDistances exact distances instead of the index's; left out for no
   * @param preset name of a {@link Preset}, of the use at hand when it does not say; what is given
   *     beside it comes first
   * @param oracle puts the right answer's tokens among the neighbours; left out for plain retrieval
   */
  public record Setting(
      String datastore,
      Integer k,
      Float temperature,
      Float lambda,
      Integer nprobe,
      Boolean exactDistances,
      String preset,
      OracleSetting oracle) {
    private Setting orPreset(Preset of) {
      return new Setting(
          datastore,
          k == null ? Integer.valueOf(of.k()) : k,
          temperature == null ? Float.valueOf(of.temperature()) : temperature,
          lambda == null ? Float.valueOf(of.lambda()) : lambda,
          nprobe,
          exactDistances,
          preset,
          oracle);
    }
  }

  /**
   * Where the right answer's tokens come among the neighbours; one of the two.
   *
   * @param rank of the neighbour whose distance they take, 1 to k
   * @param distance squared L2, finite and at least 0
   */
  public record OracleSetting(Integer rank, Float distance) {}

  /** Whether tasks are asked for, and no text. */
  public boolean isOfTasks() {
    return tasks != null;
  }

  /**
   * Checks all that can be known of a run of tasks without the model.
   *
   * @throws InvalidRunException naming all fields at fault
   */
  public RunSpec check(TaskCatalog catalog, DataFolder data) {
    var problems = new Problems();
    checkName(problems);
    problems.unless(protocol == null, "protocol", protocol, "nothing beside tasks");
    problems.unless(text == null, "text", text, "nothing beside tasks");
    problems.unless(format == null, "format", format, "nothing beside tasks");
    problems.unless(textField == null, "textField", textField, "nothing beside tasks");
    problems.unless(
        limit == null || limit >= 1, "limit", limit, "1 or more, or nothing for all examples");
    problems.unless(
        !tasks.isEmpty() && tasks.size() <= MAX_TASKS,
        "tasks",
        tasks.size() + " names",
        "1 to " + MAX_TASKS);
    List<Subject.TaskOfRun> found = new ArrayList<>();
    for (int i = 0; i < tasks.size() && i < MAX_TASKS; i++) {
      String path = "tasks[%d]".formatted(i);
      if (tasks.subList(0, i).contains(tasks.get(i))) {
        problems.say(path, "found \"%s\" for the second time".formatted(tasks.get(i)));
      } else {
        task(tasks.get(i), path, catalog, data, problems).ifPresent(found::add);
      }
    }
    List<Retrieval> retrievals = retrievals(problems, Preset.Use.DOWNSTREAM);
    checkOracles(retrievals, found, problems);
    problems.throwIfAny();
    return new RunSpec(
        name == null ? "" : name,
        new Subject.Tasks(found, limit == null ? OptionalInt.empty() : OptionalInt.of(limit)),
        retrievals);
  }

  /** What is right is not known of a text that is yet to be written. */
  private static void checkOracles(
      List<Retrieval> retrievals, List<Subject.TaskOfRun> tasks, Problems problems) {
    List<String> generating =
        tasks.stream()
            .filter(task -> task.kind().equals("generate"))
            .map(Subject.TaskOfRun::name)
            .toList();
    for (int i = 0; i < retrievals.size() && !generating.isEmpty(); i++) {
      if (retrievals.get(i).oracle().isPresent()) {
        problems.say(
            "settings[%d].oracle".formatted(i),
            "found an oracle, allowed is nothing beside tasks that generate: "
                + String.join(", ", generating));
      }
    }
  }

  private static Optional<Subject.TaskOfRun> task(
      String name, String path, TaskCatalog catalog, DataFolder data, Problems problems) {
    Optional<Task> known = name == null ? Optional.empty() : catalog.find(name);
    if (known.isEmpty()) {
      problems.add(
          path,
          name,
          "one of " + String.join(", ", catalog.all().stream().map(Task::name).toList()));
      return Optional.empty();
    }
    Task task = known.get();
    try {
      return Optional.of(
          new Subject.TaskOfRun(
              task.name(),
              task.version(),
              task.request().kind(),
              task.metrics().stream().map(Metric::name).toList(),
              task.definition(),
              data.files(task)));
    } catch (MissingDataException e) {
      problems.say(path, e.getMessage());
      return Optional.empty();
    }
  }

  private void checkName(Problems problems) {
    problems.unless(
        name == null
            || (name.length() <= MAX_NAME && name.chars().noneMatch(Character::isISOControl)),
        "name",
        name,
        "at most %d characters, none of them control characters".formatted(MAX_NAME));
  }

  /**
   * Checks all that can be known of a run of a text without the model.
   *
   * @throws InvalidRunException naming all fields at fault
   */
  public RunSpec check(TextFolder texts) {
    var problems = new Problems();
    checkName(problems);
    problems.unless(limit == null, "limit", limit, "nothing beside a text");
    Optional<Protocol> known = Optional.ofNullable(protocol).flatMap(Protocol::ofKey);
    problems.unless(known.isPresent(), "protocol", protocol, "\"wikitext\" or \"blocks\"");
    checkText(texts, problems);
    Optional<CorpusFormat> layout = layout(problems);
    if (known.equals(Optional.of(Protocol.WIKITEXT))) {
      problems.unless(
          layout.isEmpty() || layout.get() instanceof CorpusFormat.Lines,
          "format",
          format == null ? text : format,
          "a file of lines for the protocol \"wikitext\"");
    }
    List<Retrieval> retrievals = retrievals(problems, Preset.Use.PERPLEXITY);
    problems.throwIfAny();
    return new RunSpec(
        name == null ? "" : name, known.orElseThrow(), text, layout.orElseThrow(), retrievals);
  }

  private void checkText(TextFolder texts, Problems problems) {
    if (text == null || text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
      problems.add("text", text, "the path of a file");
      return;
    }
    try {
      texts.file(text);
    } catch (InvalidRunException e) {
      problems.list.addAll(e.problems());
    }
  }

  private Optional<CorpusFormat> layout(Problems problems) {
    String kind = format == null ? extension() : format;
    Optional<CorpusFormat> layout =
        switch (kind) {
          case "jsonl" ->
              Optional.of(
                  textField == null || textField.isEmpty()
                      ? new CorpusFormat.Jsonl()
                      : new CorpusFormat.Jsonl(textField));
          case "lines", "txt" -> Optional.of(new CorpusFormat.Lines());
          default -> Optional.empty();
        };
    problems.unless(
        text == null || layout.isPresent(),
        "format",
        format,
        "\"jsonl\" or \"lines\"; nothing only for a file that ends in .jsonl or .txt");
    problems.unless(
        textField == null
            || (!textField.isEmpty() && layout.orElse(null) instanceof CorpusFormat.Jsonl),
        "textField",
        textField,
        "the name of a field, and only for JSON objects");
    return layout;
  }

  private String extension() {
    return text == null ? "" : text.substring(text.lastIndexOf('.') + 1);
  }

  private List<Retrieval> retrievals(Problems problems, Preset.Use use) {
    List<Retrieval> retrievals = new ArrayList<>();
    if (settings == null) {
      return retrievals;
    }
    if (settings.size() > MAX_SETTINGS) {
      problems.say(
          "settings",
          "found %d settings, allowed are at most %d".formatted(settings.size(), MAX_SETTINGS));
    }
    for (int i = 0; i < settings.size() && i < MAX_SETTINGS; i++) {
      String path = "settings[%d]".formatted(i);
      retrieval(settings.get(i), path, use, problems)
          .ifPresent(
              retrieval -> {
                if (retrievals.contains(retrieval)) {
                  problems.say(path, "found a setting for the second time");
                }
                retrievals.add(retrieval);
              });
    }
    return retrievals;
  }

  private static Optional<Retrieval> retrieval(
      Setting asked, String path, Preset.Use use, Problems problems) {
    if (asked == null) {
      problems.add(path, null, "a setting");
      return Optional.empty();
    }
    if (asked.preset() == null) {
      return complete(asked, path, problems);
    }
    Optional<Preset> preset = Preset.find(asked.preset(), use);
    if (preset.isEmpty()) {
      problems.add(
          path + ".preset",
          asked.preset(),
          "one of %s, the last part may be left out".formatted(String.join(", ", Preset.names())));
      return Optional.empty();
    }
    return complete(asked.orPreset(preset.get()), path, problems);
  }

  private static Optional<Retrieval> complete(Setting setting, String path, Problems problems) {
    int before = problems.count();
    String datastore = setting.datastore();
    problems.unless(
        datastore != null && DATASTORE.matcher(datastore).matches(),
        path + ".datastore",
        datastore,
        "lower-case letters, digits, '.', '_' and '-', at most 64, a letter or digit first");
    problems.unless(
        setting.k() != null && setting.k() >= 1,
        path + ".k",
        setting.k(),
        "1 to the number of keys");
    Float temperature = setting.temperature();
    problems.unless(
        temperature != null && temperature > 0 && Float.isFinite(temperature),
        path + ".temperature",
        temperature,
        "a finite number greater than 0");
    Float lambda = setting.lambda();
    problems.unless(
        lambda != null && lambda >= 0 && lambda <= 1, path + ".lambda", lambda, "0 to 1");
    problems.unless(
        setting.nprobe() == null || setting.nprobe() >= 1,
        path + ".nprobe",
        setting.nprobe(),
        "1 or more, or nothing for the index's own");
    Optional<Oracle> oracle =
        Optional.ofNullable(setting.oracle())
            .flatMap(asked -> oracle(asked, path, setting.k(), problems));
    if (problems.count() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new Retrieval(
            datastore,
            setting.k(),
            temperature,
            lambda,
            setting.nprobe() == null ? OptionalInt.empty() : OptionalInt.of(setting.nprobe()),
            Boolean.TRUE.equals(setting.exactDistances()),
            oracle));
  }

  private static Optional<Oracle> oracle(
      OracleSetting asked, String path, Integer k, Problems problems) {
    Integer rank = asked.rank();
    Float distance = asked.distance();
    if ((rank == null) == (distance == null)) {
      problems.say(
          path + ".oracle",
          "found %s, allowed is one of them"
              .formatted(rank == null ? "neither rank nor distance" : "both rank and distance"));
      return Optional.empty();
    }
    problems.unless(
        rank == null || (rank >= 1 && (k == null || rank <= k)),
        path + ".oracle.rank",
        rank,
        "1 to k");
    problems.unless(
        distance == null || (distance >= 0 && Float.isFinite(distance)),
        path + ".oracle.distance",
        distance,
        "a finite number of at least 0");
    return Optional.of(rank == null ? new Oracle.Distance(distance) : new Oracle.Rank(rank));
  }

  /** Collects what is wrong. */
  private static final class Problems {
    private final List<FieldProblem> list = new ArrayList<>();

    void unless(boolean fine, String field, Object found, String allowed) {
      if (!fine) {
        add(field, found, allowed);
      }
    }

    void add(String field, Object found, String allowed) {
      String shown =
          switch (found) {
            case null -> "nothing";
            case String text -> "\"" + text + "\"";
            default -> found.toString();
          };
      say(field, "found %s, allowed is %s".formatted(shown, allowed));
    }

    void say(String field, String problem) {
      list.add(new FieldProblem(field, problem));
    }

    int count() {
      return list.size();
    }

    void throwIfAny() {
      if (!list.isEmpty()) {
        throw new InvalidRunException(List.copyOf(list));
      }
    }
  }
}
