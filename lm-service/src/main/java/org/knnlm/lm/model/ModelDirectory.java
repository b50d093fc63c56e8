package org.knnlm.lm.model;

import java.nio.file.Files;
import java.nio.file.Path;

/** A directory as {@code save_pretrained} of Hugging Face transformers writes it. */
public record ModelDirectory(Path path) {
  /**
   * Looks whether the directory can be a model.
   *
   * @throws InvalidModelException when the directory or one of its JSON files is not there
   */
  public ModelDirectory {
    if (!Files.isDirectory(path)) {
      throw new InvalidModelException(path + " is not a directory");
    }
    for (String name : new String[] {"config.json", "tokenizer.json"}) {
      if (!Files.isRegularFile(path.resolve(name))) {
        throw new InvalidModelException("%s has no %s".formatted(path, name));
      }
    }
  }

  /** Its own name, "smollm2-135m" for example. */
  public String name() {
    return path.toAbsolutePath().normalize().getFileName().toString();
  }

  /** The architecture and its sizes. */
  public JsonFile config() {
    return JsonFile.read(configFile());
  }

  public Path configFile() {
    return path.resolve("config.json");
  }

  public Path tokenizerFile() {
    return path.resolve("tokenizer.json");
  }

  /** What names the special tokens; need not be there. */
  public Path tokenizerConfigFile() {
    return path.resolve("tokenizer_config.json");
  }
}
