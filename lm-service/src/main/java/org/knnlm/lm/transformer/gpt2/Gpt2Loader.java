package org.knnlm.lm.transformer.gpt2;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.Linear;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.WeightLoader;
import org.knnlm.lm.transformer.WeightLoader.Part;
import org.knnlm.lm.transformer.decoder.Decoder;

/** The weights, from Hugging Face's names; its {@code Conv1D} stores them as [in, out]. */
final class Gpt2Loader {
  private static final String EMBEDDING = "transformer.wte.weight";

  private final Gpt2Config config;
  private final WeightLoader loader;

  Gpt2Loader(Gpt2Config config, WeightLoader loader) {
    this.config = config;
    this.loader = loader;
  }

  Transformer load(Torch torch) {
    long vocabulary = config.vocabularySize();
    long hidden = config.hiddenSize();
    var input =
        new Gpt2Input(
            loader.table(EMBEDDING, vocabulary, hidden),
            loader.table("transformer.wpe.weight", config.positions(), hidden));
    List<Gpt2Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(i));
    }
    LayerNorm norm = norm("transformer.ln_f");
    PtNDArray matrix =
        loader.linear(config.tiedEmbeddings() ? EMBEDDING : "lm_head.weight", vocabulary, hidden);
    return new Decoder(
        config.dimensions(),
        torch,
        input,
        layers,
        new Head(torch, norm, matrix),
        2 * config.heads(),
        config.hiddenSize() / config.heads());
  }

  private record Head(Torch torch, LayerNorm norm, PtNDArray weight) implements ForwardPass.Head {
    @Override
    public PtNDArray norm(NDManager into, PtNDArray hidden) {
      return norm.of(torch.ops(), into, hidden);
    }
  }

  private Gpt2Layer layer(int index) {
    String prefix = "transformer.h." + index + ".";
    long hidden = config.hiddenSize();
    long inner = config.innerSize();
    return new Gpt2Layer(
        config.attention(index),
        norm(prefix + "ln_1"),
        linear(prefix + "attn.c_attn", 3 * hidden, hidden),
        linear(prefix + "attn.c_proj", hidden, hidden),
        norm(prefix + "ln_2"),
        linear(prefix + "mlp.c_fc", inner, hidden),
        linear(prefix + "mlp.c_proj", hidden, inner));
  }

  private Linear linear(String name, long rows, long columns) {
    return new Linear(
        loader.transposedLinear(name + ".weight", rows, columns),
        Optional.of(loader.bias(new Part(name + ".bias", rows))));
  }

  private LayerNorm norm(String name) {
    return new LayerNorm(
        loader.vector(name + ".weight", config.hiddenSize()),
        loader.vector(name + ".bias", config.hiddenSize()),
        config.normEpsilon());
  }
}
