package org.knnlm.lm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.batch.Budget;
import org.knnlm.lm.batch.ModelQueue;
import org.knnlm.lm.batch.PrefixCache;
import org.knnlm.lm.model.Identity;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.tokenizer.Tokenizer;
import org.knnlm.lm.transformer.Dimensions;

/**
 * A model that is ready to answer.
 *
 * @param queue of work for the model
 * @param prefixes that the model need not compute again
 * @param generation memory for the keys and values of continuations under way
 * @param cacheBytesPerToken of keys and values
 */
public record LanguageModel(
    ModelInfo info,
    ModelOptions options,
    Tokenizer tokenizer,
    ModelQueue queue,
    PrefixCache prefixes,
    Budget generation,
    long cacheBytesPerToken)
    implements AutoCloseable {

  /**
   * Loads the model of a Hugging Face directory.
   *
   * @param id name of the model; that of the directory when empty
   * @param options how to run it
   * @throws org.knnlm.lm.model.ModelException when it cannot be served; says why
   */
  public static LanguageModel load(Path path, Optional<String> id, ModelOptions options) {
    var directory = new ModelDirectory(path);
    var queue = new ModelQueue(() -> Architectures.load(directory, options));
    try {
      Dimensions dimensions = queue.call(model -> model.dimensions());
      var tokenizer = new Tokenizer(directory, dimensions.vocabularySize());
      return new LanguageModel(
          info(directory, id, dimensions, tokenizer),
          options,
          tokenizer,
          queue,
          new PrefixCache(options.prefixCacheBytes()),
          new Budget("bytes for keys and values", options.generationCacheBytes()),
          queue.call(model -> model.cacheBytes(1)));
    } catch (RuntimeException | Error e) {
      queue.close();
      throw e;
    }
  }

  private static ModelInfo info(
      ModelDirectory directory, Optional<String> id, Dimensions dimensions, Tokenizer tokenizer) {
    List<Path> files = new ArrayList<>(Checkpoint.files(directory.path()));
    files.add(directory.configFile());
    return new ModelInfo(
        id.orElseGet(directory::name),
        directory.config().string("model_type").orElseThrow(),
        dimensions.hiddenSize(),
        dimensions.layers(),
        dimensions.vocabularySize(),
        dimensions.maxSequenceLength(),
        Identity.ofFile(directory.tokenizerFile()),
        Identity.ofFiles(files),
        tokenizer.specialTokens().bos(),
        tokenizer.specialTokens().eos());
  }

  @Override
  public void close() {
    queue.close();
    tokenizer.close();
  }
}
