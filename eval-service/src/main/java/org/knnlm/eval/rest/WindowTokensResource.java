package org.knnlm.eval.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.knnlm.eval.analysis.Part;
import org.knnlm.eval.analysis.TextAnalyses;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.Neighbour;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.WindowTokens;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.table.Table;

/** The tokens of a window over HTTP, and where retrieval found what it says of them. */
@Path("/api/runs/{id}/windows/{window}/tokens")
public class WindowTokensResource {
  private static final int MAX_NEIGHBOURS = 100;
  private static final int MAX_AROUND = 256;

  /** As many contexts as index-service gives at a time. */
  private static final int MAX_VOTES = 16_384;

  /** Tokens of the window that a position is shown with. */
  private static final int CONTEXT = 64;

  private final TextAnalyses analyses;
  private final RunStore store;
  private final LanguageModel model;

  WindowTokensResource(TextAnalyses analyses, RunStore store, LanguageModel model) {
    this.analyses = analyses;
    this.store = store;
    this.model = model;
  }

  @GET
  @Operation(
      summary =
          "The tokens of a window with their log probabilities by the base model and each setting."
              + " task: the perplexity task, in a run of tasks.")
  public WindowTokensView tokens(
      @RestPath long id, @RestPath int window, @RestQuery Optional<String> task) {
    Part part = part(id, task);
    return WindowTokensView.of(
        part, window, analyses.tokens(part, window).orElseThrow(() -> unknown(id, window)));
  }

  /**
   * The neighbours of a position in JSON.
   *
   * @param context text of the window before the position
   * @param probability p_kNN of the target by all k neighbours, from what the run kept; null where
   *     lambda is 0
   * @param distances of all k neighbours, nearest first: p_kNN under any temperature and fewer
   *     neighbours follows from them
   * @param isTarget whether the value of each is the target
   * @param neighbours the nearest, with where they come from
   */
  public record View(
      long run,
      String task,
      int window,
      int position,
      int setting,
      String label,
      String datastore,
      TokenView target,
      String context,
      Double probability,
      List<Float> distances,
      List<Boolean> isTarget,
      List<NeighbourView> neighbours) {}

  @GET
  @Path("{position}/neighbours")
  @Operation(
      summary =
          "The neighbours that a setting finds for a token, asked for now, with the text that they"
              + " come from. count: of the k nearest; before, after: tokens around each.")
  public View neighbours(
      @RestPath long id,
      @RestPath int window,
      @RestPath int position,
      @RestQuery Optional<String> task,
      @RestQuery Optional<Integer> setting,
      @RestQuery @DefaultValue("16") int count,
      @RestQuery @DefaultValue("32") int before,
      @RestQuery @DefaultValue("8") int after) {
    Part part = part(id, task);
    int place = Analyses.setting(part.run(), setting);
    Analyses.checked("count", count, 1, MAX_NEIGHBOURS);
    Analyses.checked("before", before, 0, MAX_AROUND);
    Analyses.checked("after", after, 0, MAX_AROUND);
    WindowTokens tokens = analyses.find(part, window).orElseThrow(() -> unknown(id, window));
    Analyses.checked("position", position, tokens.firstTarget(), tokens.tokens().length - 1);
    Retrieval retrieval = part.run().spec().settings().get(place - 1);
    int[] prefix = Arrays.copyOf(tokens.tokens(), position);
    int k = Math.min(retrieval.k(), MAX_VOTES);
    List<Neighbour> all =
        neighbours(part.run(), prefix, place, new Neighbour.Surroundings(k, 0, 0));
    List<Neighbour> found =
        neighbours(
            part.run(),
            prefix,
            place,
            new Neighbour.Surroundings(Math.min(count, retrieval.k()), before, after));
    int target = tokens.tokens()[position];
    float[] logProbs = tokens.logProbs(position);
    return new View(
        id,
        Analyses.task(part),
        window,
        position,
        place,
        Table.label(retrieval),
        retrieval.datastore(),
        new TokenView(target, analyses.texts(target).getFirst()),
        model
            .detokenize(
                List.of(Arrays.copyOfRange(prefix, Math.max(0, position - CONTEXT), position)),
                true)
            .getFirst(),
        probability(retrieval.lambda(), logProbs[0], logProbs[place]),
        all.stream().map(Neighbour::distance).toList(),
        all.stream().map(neighbour -> neighbour.token() == target).toList(),
        Analyses.views(model, found, target));
  }

  private List<Neighbour> neighbours(
      Run run, int[] prefix, int setting, Neighbour.Surroundings surroundings) {
    return analyses.neighbours(run, List.of(prefix), setting, surroundings).getFirst();
  }

  /** p_kNN out of p = lambda p_kNN + (1 - lambda) p_LM. */
  private static Double probability(double lambda, double base, double mixed) {
    return lambda == 0
        ? null
        : Math.clamp((Math.exp(mixed) - (1 - lambda) * Math.exp(base)) / lambda, 0.0, 1.0);
  }

  private Part part(long id, Optional<String> task) {
    return Part.of(RunLookup.find(store, id), task);
  }

  private static NotFoundException unknown(long id, int window) {
    return new NotFoundException("run %d kept no tokens of a window %d".formatted(id, window));
  }
}
