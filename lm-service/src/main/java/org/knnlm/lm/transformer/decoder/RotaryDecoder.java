package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.transformer.Attention;
import org.knnlm.lm.transformer.Dimensions;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.Linear;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;
import org.knnlm.lm.transformer.WeightLoader;
import org.knnlm.lm.transformer.WeightLoader.Part;

/**
 * Models of {@link RotaryLayer}s, from the weight names that Hugging Face gives all of them;
 * projections that read the same input are fused.
 */
public final class RotaryDecoder {
  private static final String EMBEDDING = "model.embed_tokens.weight";

  private final RotaryShape shape;
  private final WeightLoader loader;

  private RotaryDecoder(RotaryShape shape, WeightLoader loader) {
    this.shape = shape;
    this.loader = loader;
  }

  /** Loads a model; closing it closes torch. */
  public static Transformer load(RotaryShape shape, WeightLoader loader, Torch torch) {
    return new RotaryDecoder(shape, loader).load(torch);
  }

  private Transformer load(Torch torch) {
    long vocabulary = shape.vocabularySize();
    long hidden = shape.hiddenSize();
    PtNDArray embedding = loader.table(EMBEDDING, vocabulary, hidden);
    List<RotaryLayer> layers = new ArrayList<>();
    for (int i = 0; i < shape.layers(); i++) {
      layers.add(layer(i));
    }
    RmsNorm norm = norm("model.norm.weight");
    PtNDArray matrix =
        loader.linear(shape.tiedEmbeddings() ? EMBEDDING : "lm_head.weight", vocabulary, hidden);
    return new Decoder(
        new Dimensions(
            shape.hiddenSize(),
            shape.layers(),
            shape.vocabularySize(),
            shape.rope().maxSequenceLength()),
        torch,
        new RotaryInput(embedding, shape.rope()),
        layers,
        new Head(torch, norm, matrix),
        2 * shape.kvHeads(),
        shape.headDim());
  }

  private record Head(Torch torch, RmsNorm norm, PtNDArray weight) implements ForwardPass.Head {
    @Override
    public PtNDArray norm(NDManager into, PtNDArray hidden) {
      return norm.of(torch.ops(), into, hidden);
    }
  }

  private RotaryLayer layer(int index) {
    String prefix = "model.layers." + index + ".";
    long hidden = shape.hiddenSize();
    long inner = shape.intermediateSize();
    long queries = (long) shape.heads() * shape.headDim();
    long keys = (long) shape.kvHeads() * shape.headDim();
    String attention = prefix + "self_attn.";
    String mlp = prefix + "mlp.";
    return new RotaryLayer(
        shape.heads(),
        new Attention.Heads(
            shape.kvHeads(),
            shape.headDim(),
            shape.window().applyAsInt(index),
            1 / Math.sqrt(shape.headDim())),
        norm(prefix + "input_layernorm.weight"),
        linear(
            shape.qkvBias(),
            hidden,
            new Part(attention + "q_proj", queries),
            new Part(attention + "k_proj", keys),
            new Part(attention + "v_proj", keys)),
        linear(shape.outputBias(), queries, new Part(attention + "o_proj", hidden)),
        norm(prefix + "post_attention_layernorm.weight"),
        linear(
            shape.mlpBias(),
            hidden,
            new Part(mlp + "gate_proj", inner),
            new Part(mlp + "up_proj", inner)),
        linear(shape.mlpBias(), inner, new Part(mlp + "down_proj", hidden)));
  }

  private RmsNorm norm(String name) {
    return new RmsNorm(loader.vector(name, shape.hiddenSize()), shape.normEpsilon());
  }

  private Linear linear(boolean biased, long columns, Part... projections) {
    return new Linear(
        loader.stackedLinear(columns, named(".weight", projections)),
        biased ? Optional.of(loader.bias(named(".bias", projections))) : Optional.empty());
  }

  private static Part[] named(String suffix, Part... projections) {
    return Arrays.stream(projections)
        .map(part -> new Part(part.name() + suffix, part.rows()))
        .toArray(Part[]::new);
  }
}
