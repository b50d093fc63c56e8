package org.knnlm.lm.generate;

import java.util.List;
import java.util.Set;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.PrefixCache;
import org.knnlm.lm.batch.Work;
import org.knnlm.lm.next.Tails;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/** The next token of every node. */
final class StepWork implements Work<Tails> {
  private final List<Node> nodes;
  private final Set<HiddenState> states;
  private final Passes passes;
  private final PrefixCache prefixes;
  private final int tokens;

  StepWork(List<Node> nodes, Set<HiddenState> states, Passes passes, PrefixCache prefixes) {
    this.nodes = nodes;
    this.states = states;
    this.passes = passes;
    this.prefixes = passes.known(prefixes);
    this.tokens = nodes.stream().mapToInt(Node::pending).sum();
  }

  @Override
  public boolean alone() {
    return passes == Passes.OWN;
  }

  @Override
  public int tokens() {
    return tokens;
  }

  @Override
  public List<Segment> begin(Transformer model) {
    return nodes.stream().map(node -> node.segment(model, prefixes)).toList();
  }

  @Override
  public Tails end(ForwardPass pass, int firstSegment) {
    nodes.forEach(Node::passed);
    return Tails.read(pass, pass.lastRows(firstSegment, nodes.size()), states);
  }
}
