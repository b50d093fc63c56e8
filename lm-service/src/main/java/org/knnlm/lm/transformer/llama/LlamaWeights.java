package org.knnlm.lm.transformer.llama;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.transformer.Linear;
import org.knnlm.lm.transformer.WeightLoader;
import org.knnlm.lm.transformer.WeightLoader.Part;

/**
 * The weights, from Hugging Face's names; projections that read the same input are fused.
 *
 * @param embedding [V, H]
 * @param norm [H]
 * @param head [V, H], packed
 */
record LlamaWeights(PtNDArray embedding, List<LlamaLayer> layers, PtNDArray norm, PtNDArray head) {
  private static final String EMBEDDING = "model.embed_tokens.weight";

  static LlamaWeights load(LlamaConfig config, WeightLoader loader) {
    long vocabulary = config.vocabularySize();
    long hidden = config.hiddenSize();
    PtNDArray embedding = loader.table(EMBEDDING, vocabulary, hidden);
    List<LlamaLayer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer(config, loader, "model.layers." + i + "."));
    }
    return new LlamaWeights(
        embedding,
        List.copyOf(layers),
        loader.vector("model.norm.weight", hidden),
        loader.linear(config.tiedEmbeddings() ? EMBEDDING : "lm_head.weight", vocabulary, hidden));
  }

  private static LlamaLayer layer(LlamaConfig config, WeightLoader loader, String prefix) {
    long hidden = config.hiddenSize();
    long inner = config.intermediateSize();
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    String attention = prefix + "self_attn.";
    String mlp = prefix + "mlp.";
    return new LlamaLayer(
        config,
        loader.vector(prefix + "input_layernorm.weight", hidden),
        linear(
            loader,
            config.attentionBias(),
            hidden,
            new Part(attention + "q_proj", queries),
            new Part(attention + "k_proj", keys),
            new Part(attention + "v_proj", keys)),
        linear(loader, config.attentionBias(), queries, new Part(attention + "o_proj", hidden)),
        loader.vector(prefix + "post_attention_layernorm.weight", hidden),
        linear(
            loader,
            config.mlpBias(),
            hidden,
            new Part(mlp + "gate_proj", inner),
            new Part(mlp + "up_proj", inner)),
        linear(loader, config.mlpBias(), inner, new Part(mlp + "down_proj", hidden)));
  }

  private static Linear linear(
      WeightLoader loader, boolean biased, long columns, Part... projections) {
    return new Linear(
        loader.stackedLinear(columns, named(".weight", projections)),
        biased ? Optional.of(loader.stackedVector(named(".bias", projections))) : Optional.empty());
  }

  private static Part[] named(String suffix, Part... projections) {
    return List.of(projections).stream()
        .map(part -> new Part(part.name() + suffix, part.rows()))
        .toArray(Part[]::new);
  }
}
