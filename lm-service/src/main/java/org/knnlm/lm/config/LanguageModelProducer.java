package org.knnlm.lm.config;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.jboss.logging.Logger;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.ModelOptions;
import org.knnlm.lm.model.ModelException;
import org.knnlm.lm.transformer.Cpu;
import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.Precision;
import org.knnlm.lm.transformer.Torch;

/** Loads the model when the service starts; without one it does not start. */
final class LanguageModelProducer {
  private static final Logger LOG = Logger.getLogger(LanguageModelProducer.class);

  @Produces
  @Singleton
  @Startup
  LanguageModel load(LmConfig config) {
    Path path =
        config
            .model()
            .path()
            .orElseThrow(
                () ->
                    refusal(
                        "knnlm.model.path is not set: it must name the Hugging Face directory of a model"));
    int threads = config.model().threads().orElse(Runtime.getRuntime().availableProcessors());
    if (threads < 1) {
      throw refusal("knnlm.model.threads is %d, but must be at least 1".formatted(threads));
    }
    Torch.configure(config.nativeCache());
    try {
      long started = System.nanoTime();
      Precision wanted = config.model().precision();
      Device device = config.model().device().device(wanted, Torch::findsGpu);
      var options =
          new ModelOptions(
              threads,
              device,
              precision(wanted, device),
              config.model().prefixCache().asLongValue(),
              config.model().generationCache().asLongValue());
      LanguageModel model = LanguageModel.load(path, config.model().id(), options);
      LOG.infof(
          "%s: %s, %d layers of %d, vocabulary %d, %s on %s with %d threads, loaded in %.1f s",
          model.info().id(),
          model.info().type(),
          model.info().layers(),
          model.info().hiddenSize(),
          model.info().vocabularySize(),
          options.precision(),
          device.label(),
          threads,
          (System.nanoTime() - started) / 1e9);
      return model;
    } catch (ConfigurationException e) {
      throw refusal(e.getMessage());
    } catch (ModelException e) {
      LOG.debug("cannot load the model", e);
      throw refusal(e.getMessage());
    }
  }

  private static Precision precision(Precision wanted, Device device) {
    if (device == Device.CPU && wanted == Precision.BF16 && !Cpu.multipliesBf16()) {
      LOG.warn("knnlm.model.precision is bf16, but this processor is no faster with it: fp32");
      return Precision.FP32;
    }
    return wanted;
  }

  private static ConfigurationException refusal(String reason) {
    return new ConfigurationException("lm-service does not start: " + reason);
  }

  void close(@Disposes LanguageModel model) {
    model.close();
  }
}
