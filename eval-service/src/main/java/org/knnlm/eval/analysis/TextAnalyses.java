package org.knnlm.eval.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.Neighbour;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.WindowTokens;
import org.knnlm.eval.run.Inputs;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;

/** What retrieval changes in a text, position by position and by class of token. */
public final class TextAnalyses {
  /** Windows that are in memory at a time. */
  private static final int PAGE = 64;

  private final TokenStore store;
  private final ExampleStore examples;
  private final LanguageModel model;
  private final Datastores datastores;
  private final Inputs inputs;

  public TextAnalyses(
      TokenStore store, ExampleStore examples, LanguageModel model, Datastores datastores) {
    this.store = store;
    this.examples = examples;
    this.model = model;
    this.datastores = datastores;
    this.inputs = new Inputs(model, datastores);
  }

  /**
   * Classes of tokens, and what the models lose in each.
   *
   * @param datastore whose values tell the classes; empty where the text does
   */
  public record Classes(Optional<String> datastore, ClassLosses losses) {}

  /** Tokens with the text that each adds. */
  public record Texts(WindowTokens window, List<String> texts) {}

  /**
   * At how many positions a setting helped or hurt, and where most.
   *
   * @param setting from 1
   * @param indifference change up to which a position counts as unchanged, in nats
   * @param kept how many of the most changed positions are named in either direction
   * @throws MissingTokensException when the run is not DONE, or kept no tokens
   */
  public RetrievalEffect.Summary effect(Part part, int setting, float indifference, int kept) {
    var effect = new RetrievalEffect(indifference, kept);
    forEach(
        part,
        window ->
            effect.add(
                window.window(),
                window.tokens().scores().base(),
                window.tokens().scores().retrievals().get(setting - 1)));
    return effect.summary();
  }

  /**
   * What the models lose by class of token: by the word that it is of, and for each datastore by
   * how often it is among the values.
   *
   * @throws MissingTokensException when the run is not DONE, or kept no tokens
   * @throws org.knnlm.eval.run.ChangedInputException when model or datastore are not what they were
   */
  public List<Classes> classes(Part part) {
    checkComplete(part);
    inputs.checkModel(part.run());
    inputs.checkDatastores(part.run());
    int settings = part.run().spec().settings().size();
    var texts = new TokenTexts(model, false);
    var words = new Classes(Optional.empty(), new ClassLosses(Division.WORD, settings));
    List<Classes> all = new ArrayList<>(List.of(words));
    Map<String, long[]> counts = new LinkedHashMap<>();
    part.run().spec().settings().stream()
        .map(Retrieval::datastore)
        .distinct()
        .forEach(name -> counts.put(name, datastores.valueCounts(name)));
    counts.forEach(
        (name, ofName) -> {
          all.add(new Classes(Optional.of(name), new ClassLosses(Division.DATASTORE, settings)));
          all.add(new Classes(Optional.of(name), new ClassLosses(Division.FREQUENCY, settings)));
        });
    forEach(
        part,
        numbered -> {
          WindowTokens window = numbered.tokens();
          int[] ofTokens = WordForms.classify(texts.of(window.tokens()));
          words
              .losses()
              .add(
                  Arrays.copyOfRange(ofTokens, window.firstTarget(), ofTokens.length),
                  window.scores());
          for (Classes classes : all.subList(1, all.size())) {
            long[] ofName = counts.get(classes.datastore().orElseThrow());
            int[] targets = window.targets();
            classes
                .losses()
                .add(
                    classes.losses().division().equals(Division.DATASTORE)
                        ? Division.byPresence(targets, ofName)
                        : Division.byFrequency(targets, ofName),
                    window.scores());
          }
        });
    return all;
  }

  /**
   * The tokens of a window with their texts; empty when there is no such window.
   *
   * @throws org.knnlm.eval.run.ChangedInputException when the model is not what it was
   */
  public Optional<Texts> tokens(Part part, int window) {
    Optional<WindowTokens> found = store.find(part, window);
    if (found.isPresent()) {
      inputs.checkModel(part.run());
    }
    return found.map(tokens -> new Texts(tokens, new TokenTexts(model, true).of(tokens.tokens())));
  }

  /** The text that each token adds to what is before it. */
  public List<String> texts(int... tokens) {
    return new TokenTexts(model, true).of(tokens);
  }

  /** The tokens of a window; empty when there is no such window. */
  public Optional<WindowTokens> find(Part part, int window) {
    return store.find(part, window);
  }

  /**
   * The neighbours that retrieval finds at positions of windows.
   *
   * @param befores the tokens before each position
   * @param setting from 1
   * @throws org.knnlm.eval.run.ChangedInputException when model or datastore are not what they were
   */
  public List<List<Neighbour>> neighbours(
      Run run, List<int[]> befores, int setting, Neighbour.Surroundings surroundings) {
    inputs.checkModel(run);
    inputs.checkDatastores(run);
    return model.neighbours(befores, run.spec().settings().get(setting - 1), surroundings);
  }

  private void forEach(Part part, Consumer<TokenStore.Numbered> visitor) {
    checkComplete(part);
    int from = 0;
    List<TokenStore.Numbered> page = store.windows(part, from, PAGE);
    while (!page.isEmpty()) {
      page.forEach(visitor);
      from = page.getLast().window() + 1;
      page = store.windows(part, from, PAGE);
    }
  }

  private void checkComplete(Part part) {
    Run run = part.run();
    if (run.state() != RunState.DONE) {
      throw MissingTokensException.unfinished(run);
    }
    long windows =
        run.spec().tasks().isEmpty()
            ? run.plan().orElseThrow().windows()
            : examples.progress(run.id()).get(part.task()).done();
    long kept = store.count(part);
    if (kept != windows) {
      throw MissingTokensException.older(run, kept, windows);
    }
  }
}
