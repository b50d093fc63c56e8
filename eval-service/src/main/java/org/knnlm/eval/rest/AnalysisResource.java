package org.knnlm.eval.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.knnlm.eval.analysis.ClassLosses;
import org.knnlm.eval.analysis.Part;
import org.knnlm.eval.analysis.RetrievalEffect;
import org.knnlm.eval.analysis.TextAnalyses;
import org.knnlm.eval.comparison.Choices;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.Neighbour;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.WindowTokens;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.statistics.Resampling;
import org.knnlm.eval.table.Table;

/** The study's analyses of a finished run over HTTP. */
@Path("/api/runs/{id}/analysis")
public class AnalysisResource {
  private static final int MAX_KEPT = 100;
  private static final int MAX_NEIGHBOURS = 20;

  /** Tokens that a position, and each neighbour, is shown with. */
  private static final int BEFORE = 32;

  private static final int AFTER = 8;

  private final Choices choices;
  private final TextAnalyses analyses;
  private final RunStore store;
  private final LanguageModel model;

  AnalysisResource(Choices choices, TextAnalyses analyses, RunStore store, LanguageModel model) {
    this.choices = choices;
    this.analyses = analyses;
    this.store = store;
    this.model = model;
  }

  @GET
  @Path("choice")
  @Operation(
      summary =
          "For each task, or the text: the setting that is best on one half of the examples, and"
              + " what it reaches on the other, against the base model. metric: another than each"
              + " task's headline.")
  public ChoiceView choice(@RestPath long id, @RestQuery Optional<String> metric) {
    return ChoiceView.of(id, choices.of(RunLookup.find(store, id), metric, Resampling.DEFAULT));
  }

  /**
   * Losses by class of token in JSON.
   *
   * @param task name of the perplexity task; null in a run of a text
   * @param labels the models: the base, then the settings
   */
  public record ClassesView(
      long run, String task, List<String> labels, List<DivisionView> divisions) {}

  /**
   * A division of the targets.
   *
   * @param datastore whose values tell the classes; null where the text does
   */
  public record DivisionView(String division, String datastore, List<ClassView> classes) {}

  /**
   * A class of targets; lists are empty without any.
   *
   * @param losses mean cross-entropy in nats, by model
   * @param perplexities exp of them
   * @param differencePercent each perplexity against the base model's
   */
  public record ClassView(
      String name,
      long targets,
      List<Double> losses,
      List<Double> perplexities,
      List<Double> differencePercent) {}

  @GET
  @Path("classes")
  @Operation(
      summary =
          "Perplexity by class of token: part of a number or a name; seen among a datastore's values"
              + " or not, and how often. task: the perplexity task, in a run of tasks.")
  public ClassesView classes(@RestPath long id, @RestQuery Optional<String> task) {
    Part part = Part.of(RunLookup.find(store, id), task);
    return new ClassesView(
        id,
        Analyses.task(part),
        Analyses.labels(part.run()),
        analyses.classes(part).stream()
            .map(
                classes ->
                    new DivisionView(
                        classes.losses().division().name(),
                        classes.datastore().orElse(null),
                        classes.losses().rows().stream().map(AnalysisResource::view).toList()))
            .toList());
  }

  private static ClassView view(ClassLosses.Row row) {
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < row.losses().size(); i++) {
      differences.add(i == 0 ? Double.valueOf(0) : Double.valueOf(row.differencePercent(i - 1)));
    }
    return new ClassView(
        row.name(),
        row.targets(),
        row.losses(),
        row.losses().stream().map(StrictMath::exp).toList(),
        differences);
  }

  /**
   * The effect of a setting in JSON.
   *
   * @param gain mean change of the positions that were helped, in nats
   * @param loss mean change of those that were hurt
   * @param change mean change of all
   */
  public record EffectView(
      long run,
      String task,
      int setting,
      String label,
      long positions,
      long helped,
      long hurt,
      double helpedShare,
      double hurtShare,
      double gain,
      double loss,
      double change,
      List<PositionView> mostHelped,
      List<PositionView> mostHurt) {}

  /**
   * A position.
   *
   * @param position among the tokens of its window
   * @param context text of the window before it
   * @param logProbs of the target by the base model and the setting
   * @param nats the second less the first
   * @param neighbours the nearest of the setting; empty unless they were asked for
   */
  public record PositionView(
      int window,
      int position,
      TokenView target,
      String context,
      List<Float> logProbs,
      float nats,
      List<NeighbourView> neighbours) {}

  @GET
  @Path("effect")
  @Operation(
      summary =
          "Where a setting helped or hurt, and by how much. indifference: change in nats up to which"
              + " a position counts as unchanged; kept: how many of the most changed positions are"
              + " listed; neighbours: how many of each are looked up now.")
  public EffectView effect(
      @RestPath long id,
      @RestQuery Optional<String> task,
      @RestQuery Optional<Integer> setting,
      @RestQuery @DefaultValue("0") float indifference,
      @RestQuery @DefaultValue("10") int kept,
      @RestQuery @DefaultValue("0") int neighbours) {
    Part part = Part.of(RunLookup.find(store, id), task);
    int place = Analyses.setting(part.run(), setting);
    Analyses.checked("kept", kept, 0, MAX_KEPT);
    Analyses.checked("neighbours", neighbours, 0, MAX_NEIGHBOURS);
    if (!(indifference >= 0)) {
      throw Analyses.invalid(
          "indifference", "found %s, allowed is 0 or more".formatted(indifference));
    }
    RetrievalEffect.Summary effect = analyses.effect(part, place, indifference, kept);
    return new EffectView(
        id,
        Analyses.task(part),
        place,
        Table.label(part.run().spec().settings().get(place - 1)),
        effect.positions(),
        effect.helped(),
        effect.hurt(),
        effect.helpedShare(),
        effect.hurtShare(),
        effect.gain(),
        effect.loss(),
        effect.change(),
        positions(part, place, effect.mostHelped(), neighbours),
        positions(part, place, effect.mostHurt(), neighbours));
  }

  private List<PositionView> positions(
      Part part, int setting, List<RetrievalEffect.Position> positions, int neighbours) {
    if (positions.isEmpty()) {
      return List.of();
    }
    List<WindowTokens> windows =
        positions.stream().map(it -> analyses.find(part, it.window()).orElseThrow()).toList();
    List<int[]> prefixes = new ArrayList<>();
    int[] targets = new int[positions.size()];
    for (int i = 0; i < targets.length; i++) {
      int position = windows.get(i).firstTarget() + positions.get(i).target();
      prefixes.add(Arrays.copyOf(windows.get(i).tokens(), position));
      targets[i] = windows.get(i).tokens()[position];
    }
    List<String> texts = analyses.texts(targets);
    List<String> contexts =
        model.detokenize(
            prefixes.stream()
                .map(it -> Arrays.copyOfRange(it, Math.max(0, it.length - BEFORE), it.length))
                .toList(),
            true);
    List<List<Neighbour>> found = neighbours(part.run(), setting, prefixes, neighbours);
    List<PositionView> views = new ArrayList<>();
    for (int i = 0; i < targets.length; i++) {
      float[] logProbs = windows.get(i).logProbs(prefixes.get(i).length);
      views.add(
          new PositionView(
              positions.get(i).window(),
              prefixes.get(i).length,
              new TokenView(targets[i], texts.get(i)),
              contexts.get(i),
              List.of(logProbs[0], logProbs[setting]),
              positions.get(i).nats(),
              Analyses.views(model, found.get(i), targets[i])));
    }
    return views;
  }

  private List<List<Neighbour>> neighbours(Run run, int setting, List<int[]> prefixes, int count) {
    if (count == 0) {
      return prefixes.stream().map(prefix -> List.<Neighbour>of()).toList();
    }
    Retrieval retrieval = run.spec().settings().get(setting - 1);
    return analyses.neighbours(
        run,
        prefixes,
        setting,
        new Neighbour.Surroundings(Math.min(count, retrieval.k()), BEFORE, AFTER));
  }
}
