package org.knnlm.lm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.model.Identity;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.safetensors.Checkpoint;
import org.knnlm.lm.tokenizer.Tokenizer;
import org.knnlm.lm.transformer.Dimensions;
import org.knnlm.lm.transformer.ModelThread;

/**
 * A model that is ready to answer.
 *
 * @param thread where the model runs
 */
public record LanguageModel(ModelInfo info, Tokenizer tokenizer, ModelThread thread)
    implements AutoCloseable {

  /**
   * Loads the model of a Hugging Face directory.
   *
   * @param id name of the model; that of the directory when empty
   * @param threads that one tensor operation may use
   * @throws org.knnlm.lm.model.ModelException when it cannot be served; says why
   */
  public static LanguageModel load(Path path, Optional<String> id, int threads) {
    var directory = new ModelDirectory(path);
    var thread = new ModelThread(() -> Architectures.load(directory, threads));
    try {
      Dimensions dimensions = thread.call(model -> model.dimensions());
      var tokenizer = new Tokenizer(directory, dimensions.vocabularySize());
      return new LanguageModel(info(directory, id, dimensions, tokenizer), tokenizer, thread);
    } catch (RuntimeException | Error e) {
      thread.close();
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
    thread.close();
    tokenizer.close();
  }
}
