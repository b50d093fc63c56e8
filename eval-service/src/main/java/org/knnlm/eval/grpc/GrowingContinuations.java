package org.knnlm.eval.grpc;

import static org.knnlm.eval.grpc.GrpcLanguageModel.check;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.lm.Continuation;
import org.knnlm.proto.lm.v1.GenerateResponse;
import org.knnlm.proto.lm.v1.GenerateResponse.FinishReason;

/** Continuations out of replies that each bring a token. */
final class GrowingContinuations {
  private static final class Growing {
    private final List<Integer> tokens = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private boolean finished;
  }

  private final int settings;
  private final List<Growing> all = new ArrayList<>();

  /**
   * @param settings of each prompt, the base model included
   */
  GrowingContinuations(int prompts, int settings) {
    this.settings = settings;
    for (int i = 0; i < prompts * settings; i++) {
      all.add(new Growing());
    }
  }

  void add(GenerateResponse reply) {
    int place = reply.getPrompt() * settings + reply.getSetting();
    check(
        reply.getPrompt() >= 0
            && reply.getSetting() >= 0
            && reply.getSetting() < settings
            && place < all.size(),
        "a token of prompt %d, setting %d".formatted(reply.getPrompt(), reply.getSetting()));
    Growing growing = all.get(place);
    check(
        !growing.finished,
        "a token of prompt %d, setting %d after its last one"
            .formatted(reply.getPrompt(), reply.getSetting()));
    growing.tokens.add(reply.getTokenId());
    growing.text.append(reply.getText());
    growing.finished = reply.getFinishReason() != FinishReason.FINISH_REASON_UNSPECIFIED;
  }

  List<List<Continuation>> finished() {
    check(all.stream().allMatch(growing -> growing.finished), "continuations without an end");
    List<List<Continuation>> prompts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += settings) {
      prompts.add(
          all.subList(from, from + settings).stream()
              .map(
                  growing -> new Continuation(List.copyOf(growing.tokens), growing.text.toString()))
              .toList());
    }
    return prompts;
  }
}
