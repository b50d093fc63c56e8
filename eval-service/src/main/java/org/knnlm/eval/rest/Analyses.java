package org.knnlm.eval.rest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.knnlm.eval.analysis.Part;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.Neighbour;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.table.Table;

/** What the analyses have in common over HTTP. */
final class Analyses {
  private Analyses() {}

  /** The name of a task; null in a run of a text. */
  static String task(Part part) {
    return part.run().spec().tasks().isEmpty()
        ? null
        : part.run().spec().tasks().get(part.task()).name();
  }

  /** The models of a run: the base, then the settings. */
  static List<String> labels(Run run) {
    List<String> labels = new ArrayList<>(List.of("base"));
    run.spec().settings().forEach(setting -> labels.add(Table.label(setting)));
    return labels;
  }

  /** A number of a query, from {@code least} to {@code most}. */
  static int checked(String field, int found, int least, int most) {
    if (found < least || found > most) {
      throw invalid(field, "found %d, allowed is %d to %d".formatted(found, least, most));
    }
    return found;
  }

  /** A retrieval setting of a run, from 1. */
  static int setting(Run run, Optional<Integer> setting) {
    int settings = run.spec().settings().size();
    return setting
        .map(found -> checked("setting", found, 1, settings))
        .orElseThrow(
            () -> invalid("setting", "found nothing, allowed is 1 to %d".formatted(settings)));
  }

  static InvalidRunException invalid(String field, String problem) {
    return new InvalidRunException(List.of(new FieldProblem(field, problem)));
  }

  /**
   * Neighbours with the texts of their tokens.
   *
   * @param target the token that is scored
   */
  static List<NeighbourView> views(LanguageModel model, List<Neighbour> neighbours, int target) {
    List<int[]> sequences = new ArrayList<>();
    for (Neighbour neighbour : neighbours) {
      sequences.add(neighbour.before());
      sequences.add(joined(neighbour.before(), neighbour.token()));
      sequences.add(joined(joined(neighbour.before(), neighbour.token()), neighbour.after()));
    }
    List<String> texts = sequences.isEmpty() ? List.of() : model.detokenize(sequences, true);
    List<NeighbourView> views = new ArrayList<>();
    for (int i = 0; i < neighbours.size(); i++) {
      Neighbour neighbour = neighbours.get(i);
      String before = texts.get(3 * i);
      String with = texts.get(3 * i + 1);
      String whole = texts.get(3 * i + 2);
      Optional<Neighbour.Place> place = neighbour.place();
      views.add(
          new NeighbourView(
              i + 1,
              neighbour.key(),
              new TokenView(neighbour.token(), rest(with, before)),
              neighbour.token() == target,
              neighbour.distance(),
              neighbour.weight(),
              place.map(Neighbour.Place::document).orElse(null),
              place.map(Neighbour.Place::line).orElse(null),
              place.map(Neighbour.Place::position).orElse(null),
              before,
              rest(whole, with)));
    }
    return views;
  }

  private static int[] joined(int[] tokens, int... more) {
    int[] all = Arrays.copyOf(tokens, tokens.length + more.length);
    System.arraycopy(more, 0, all, tokens.length, more.length);
    return all;
  }

  /**
   * What a text adds to its beginning; where a character is cut in two, that begins a little
   * earlier.
   */
  private static String rest(String whole, String beginning) {
    int same = 0;
    while (same < Math.min(whole.length(), beginning.length())
        && whole.charAt(same) == beginning.charAt(same)) {
      same++;
    }
    return whole.substring(same);
  }
}
